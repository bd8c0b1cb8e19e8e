#include "control/check/check_facts.h"

#include <utility>

namespace benari::control {

void CheckFacts::Change(const std::function<void(Known&)>& change) {
  change(known_);
  for (WakeUp& waiter : waiters_) waiter.Wake();
}

boost::asio::awaitable<bool> CheckFacts::WaitUntil(std::function<bool(const Known&)> condition,
                                                   Clock::Duration patience) {
  const auto waiter = waiters_.emplace(waiters_.end(), executor_, timers_);
  std::function<bool()> over = [this, &condition] {
    return !known_.interrupted.empty() || condition(known_);
  };
  boost::asio::awaitable<bool> waiting = waiter->WaitUntil(std::move(over), timers_.Now() + patience);
  co_await std::move(waiting);
  waiters_.erase(waiter);
  co_return condition(known_);
}

}  // namespace benari::control
