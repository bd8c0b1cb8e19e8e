#include "tests/sim/model_event_stream.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace benari::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
// As EventStreamLimits.
constexpr seconds kConnectTimeout(5);
constexpr seconds kIdleTimeout(8);
constexpr milliseconds kBackoffMin(100);
constexpr milliseconds kBackoffMax(2000);
// As main.
constexpr seconds kSilence(5);
constexpr seconds kStandbyPatience(5);
}  // namespace

void ModelEventStream::Start() {
  control_.ari().SetMaySend([this] { return HearsAsterisk(); });
  Attempt();
}

bool ModelEventStream::HearsAsterisk() const {
  return connected_ && (!cut_ || control_.process().Now() - heard_at_ < kSilence);
}

void ModelEventStream::Attempt() {
  attempt_.reset();
  if (cut_) return AttemptIn(kConnectTimeout);
  if (!asterisk_.running()) {
    control_.app().OnAsteriskDead();
    backoff_ = std::min(2 * backoff_, kBackoffMax);
    return AttemptIn(backoff_ / 2 + random_.UpTo(backoff_ / 2));
  }
  boost::asio::co_spawn(control_.loop(), LookForSuccessor(), boost::asio::detached);
}

boost::asio::awaitable<void> ModelEventStream::LookForSuccessor() {
  const Clock::Duration silence = control_.process().Now() - heard_at_;
  const std::string successor = co_await control_.app().epoch().FindSuccessor(silence, kStandbyPatience);
  if (!control_.process().running()) co_return;
  if (!successor.empty()) {
    on_successor_(successor);
  } else if (cut_ || !asterisk_.running()) {
    AttemptIn(kBackoffMin);
  } else {
    Subscribe();
  }
}

void ModelEventStream::Subscribe() {
  backoff_ = kBackoffMin;
  connected_ = control_.ari().Connect(
      [this](const control::ari::Event& event) { control_.app().OnEvent(event); }, [this] { OnClosed(); });
  control_.app().OnConnected();
}

void ModelEventStream::AttemptIn(Clock::Duration length) {
  attempt_ = control_.process().CallAt(control_.process().Now() + length, [this] { Attempt(); });
}

void ModelEventStream::OnClosed() {
  if (!connected_) return;
  connected_ = false;
  if (!cut_) heard_at_ = control_.process().Now();
  idle_.reset();
  control_.app().OnDisconnected();
  AttemptIn(kBackoffMin);
}

// Its last word came within the time between two pings.
void ModelEventStream::SetCut(bool cut) {
  if (cut == cut_) return;
  cut_ = cut;
  control_.ari().SetCut(cut);
  idle_.reset();
  if (!cut || !connected_) return;
  heard_at_ = control_.process().Now() - random_.UpTo(kIdleTimeout / 2);
  idle_ = control_.process().CallAt(heard_at_ + kIdleTimeout, [this] { Reset(false); });
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
