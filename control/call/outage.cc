#include "control/call/outage.h"

#include <algorithm>

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::milliseconds kPause(1000);
}  // namespace

asio::awaitable<void> Outage::WaitUntilOver(ari::Error error) {
  journal_.Warning("Asterisk does not answer; retrying", {{"why", error.what()}});
  co_await Pause();
  co_await facts_.WaitUntilResynced();
  facts_.ThrowIfEnding();
  nodes_return_by_ = context_.timers.Now() + context_.keeper.options().nodes_return();
}

asio::awaitable<void> Outage::Pause() {
  std::function<bool()> ending = [this] { return facts_.Ending(); };
  Clock::Time until = context_.timers.Now() + kPause;
  if (NodesMayReturn()) until = std::min(until, nodes_return_by_);
  co_await facts_.WaitUntil(ending, until);
}

void Outage::OnLateAnswer() {
  if (nodes_return_by_ == Clock::Time{})
    nodes_return_by_ = context_.timers.Now() + context_.keeper.options().nodes_return();
}

}  // namespace benari::control
