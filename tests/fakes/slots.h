#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>

#include "control/loop/timers.h"

namespace benari::fakes {

// As many as there are connections in a pool; whoever finds none free waits in a queue. Confined to the
// control loop.
class Slots {
 public:
  Slots(control::Timers& timers, int count) : timers_(timers), free_(count) {}

  // False: none came free by then. Whoever got true calls Release, once. Not to be cancelled.
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
