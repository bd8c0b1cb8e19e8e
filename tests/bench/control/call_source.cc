#include "tests/bench/control/call_source.h"

#include <thread>
#include <variant>

namespace benari::bench {

void CallSource::Attach(fakes::FakeAsteriskOptions* options) {
  options->on_event = [this](const fakes::Notice& notice) { OnEvent(notice); };
}

void CallSource::Place(fakes::FakeAsterisk& asterisk, int calls, std::chrono::nanoseconds spread) {
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) {
    std::this_thread::sleep_until(began + spread * i / calls);
    asterisk.PlaceCall();
  }
}

void CallSource::KeepUp(fakes::FakeAsterisk& asterisk) { kept_up_ = &asterisk; }

// The caller's StasisEnd is the last event of a call: control lets the caller go when all else is undone.
void CallSource::OnEvent(const fakes::Notice& notice) {
  if (!std::holds_alternative<control::ari::StasisEnd>(notice.event)) return;
  if (!notice.channel || notice.channel->kind != fakes::ChannelKind::kCaller) return;
  ++ended_;
  if (fakes::FakeAsterisk* const asterisk = kept_up_) asterisk->PlaceCall();
}

}  // namespace benari::bench
