#include "tests/sim/model_event_stream.h"

#include <algorithm>

namespace benari::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
// As EventStreamLimits.
constexpr seconds kConnectTimeout(5);
constexpr seconds kIdleTimeout(10);
constexpr milliseconds kBackoffMin(100);
constexpr milliseconds kBackoffMax(5000);
}  // namespace

void ModelEventStream::Attempt() {
  attempt_.reset();
  if (cut_) return AttemptIn(kConnectTimeout);
  if (!asterisk_.running()) {
    control_.app().OnAsteriskDead();
    backoff_ = std::min(2 * backoff_, kBackoffMax);
    return AttemptIn(backoff_ / 2 + random_.UpTo(backoff_ / 2));
  }
  backoff_ = kBackoffMin;
  connected_ = control_.ari().Connect([this](const ari::Event& event) { control_.app().OnEvent(event); },
                                      [this] { OnClosed(); });
  control_.app().OnConnected();
}

void ModelEventStream::AttemptIn(Clock::Duration length) {
  attempt_ = control_.process().CallAt(control_.process().Now() + length, [this] { Attempt(); });
}

void ModelEventStream::OnClosed() {
  if (!connected_) return;
  connected_ = false;
  idle_.reset();
  control_.app().OnDisconnected();
  AttemptIn(kBackoffMin);
}

void ModelEventStream::SetCut(bool cut) {
  cut_ = cut;
  control_.ari().SetCut(cut);
  idle_.reset();
  if (!cut || !connected_) return;
  const Clock::Duration noticed = kIdleTimeout / 2 + random_.UpTo(kIdleTimeout / 2);
  idle_ = control_.process().CallAt(control_.process().Now() + noticed, [this] { Reset(false); });
}

void ModelEventStream::Reset(bool asterisk_hears) {
  if (!connected_) return;
  if (asterisk_hears) {
    control_.ari().Disconnect();
  } else {
    control_.ari().Forget();
  }
  control_.process().Post([this] { OnClosed(); });
}

}  // namespace benari::sim
