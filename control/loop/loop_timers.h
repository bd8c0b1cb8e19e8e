#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "control/loop/timers.h"

namespace benari::control {

// The timers of the control loop, in real time. Confined to the control loop.
class LoopTimers : public Timers {
 public:
  explicit LoopTimers(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  Time Now() const override { return clock_.Now(); }
  WallTime WallNow() const override { return clock_.WallNow(); }
  std::unique_ptr<Timer> CallAt(Time when, std::function<void()> function) override;

 private:
  boost::asio::any_io_executor executor_;
  RealClock clock_;
};

}  // namespace benari::control
