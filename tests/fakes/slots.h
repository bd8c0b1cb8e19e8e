#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>

#include "control/loop/timers.h"

namespace benari::fakes {

// The connections of a pool: requests that find none free wait in a queue.
// Confined to the control loop.
class Slots {
 public:
  Slots(control::Timers& timers, int count) : timers_(timers), free_(count) {}

  // Returns false after the deadline; after true, Release is due once. Must not be cancelled.
  boost::asio::awaitable<bool> Take(Clock::Time deadline);
  void Release();
  size_t waiting() const { return waiters_.size(); }

 private:
  struct Waiter {
    std::function<void(bool)> done;
    std::unique_ptr<control::Timer> deadline;
  };

  control::Timers& timers_;
  int free_;
  std::deque<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace benari::fakes
