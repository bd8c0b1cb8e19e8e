#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "control/loop/timers.h"

namespace benari::control {

// Timers in real time, called back by an executor in the order of their times, then of CallAt (separate
// steady_timers of one time have no order). Confined to that executor, which runs one thread.
class LoopTimers : public Timers {
 public:
  explicit LoopTimers(boost::asio::any_io_executor executor) : next_(std::move(executor)) {}

  Time Now() const override { return clock_.Now(); }
  WallTime WallNow() const override { return clock_.WallNow(); }
  std::unique_ptr<Timer> CallAt(Time when, std::function<void()> function) override;

 private:
  using Key = std::pair<Time, uint64_t>;
  using Queue = std::map<Key, std::function<void()>>;
  class Entry;

  void Arm();
  void RunDue();

  RealClock clock_;
  boost::asio::steady_timer next_;
  uint64_t sequence_ = 0;
  std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
};

}  // namespace benari::control
