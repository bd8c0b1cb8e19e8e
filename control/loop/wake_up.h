#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>

#include "control/loop/timers.h"

namespace benari::control {

// Lets a coroutine wait for a condition or a time. Whoever changes state that the condition reads calls Wake.
// Confined to the control loop; one waiter at a time.
class WakeUp {
 public:
  WakeUp(boost::asio::any_io_executor executor, Timers& timers)
      : executor_(std::move(executor)), timers_(timers) {}

  void Wake();
  // Destroys the coroutine that waits, if there is one: it owns itself and would leak if it were never
  // resumed.
  void Abandon();
  // Waits until `condition` holds (true) or `deadline` passes (false). Never throws. Time::max(): no
  // deadline.
  boost::asio::awaitable<bool> WaitUntil(std::function<bool()> condition, Clock::Time deadline);

 private:
  boost::asio::any_io_executor executor_;
  Timers& timers_;
  std::function<void()> waiter_;  // empty unless WaitUntil waits
};

boost::asio::awaitable<void> Sleep(boost::asio::any_io_executor executor, Timers& timers,
                                   Clock::Duration length);

}  // namespace benari::control
