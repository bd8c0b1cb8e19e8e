#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>

#include "control/loop/timers.h"

namespace benari::control {

// How a coroutine waits for something that is told from outside, or for a time. Whoever changes what a
// condition looks at calls Wake. Confined to the control loop; one waiter at a time.
class WakeUp {
 public:
  WakeUp(boost::asio::any_io_executor executor, Timers& timers)
      : executor_(std::move(executor)), timers_(timers) {}

  void Wake();
  // Destroys the coroutine that waits, if one does: it would own itself for ever when nobody wakes it any
  // more.
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
