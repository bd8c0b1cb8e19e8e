#include "control/call/outage.h"

#include <algorithm>
#include <utility>

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::milliseconds kPause(1000);
constexpr std::chrono::seconds kRestart(4);  // of a node, by whoever supervises it
}  // namespace

asio::awaitable<void> Outage::WaitUntilOver(ari::Error error) {
  journal_.Warning("Asterisk does not answer; retrying", {{"why", error.what()}});
  co_await Pause();
  co_await facts_.WaitUntilResynced();
  facts_.ThrowIfEnding();
  after_outage_ = context_.timers.Now() + context_.keeper.options().nodes_return();
}

asio::awaitable<void> Outage::Pause() {
  std::function<bool()> ending = [this] { return facts_.Ending(); };
  Clock::Time until = context_.timers.Now() + kPause;
  if (NodesMayReturn()) until = std::min(until, NodesReturnBy());
  co_await facts_.WaitUntil(ending, until);
}

void Outage::OnMediaLost(const std::string& media_id) {
  if (std::exchange(lost_, media_id) == media_id) return;
  after_loss_ = context_.timers.Now() + kRestart;
}

void Outage::OnLateAnswer() {
  if (after_outage_ == Clock::Time{})
    after_outage_ = context_.timers.Now() + context_.keeper.options().nodes_return();
}

}  // namespace benari::control
