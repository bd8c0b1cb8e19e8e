#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "control/loop/timers.h"

namespace benari::fakes {

// Real time, called back by an io_context, in the order of the time, then of CallAt (separate steady_timers
// of one time have no order). Confined to that io_context's thread.
class LoopTimers : public control::Timers {
 public:
  explicit LoopTimers(boost::asio::io_context& loop) : next_(loop) {}

  Time Now() const override { return std::chrono::steady_clock::now(); }
  WallTime WallNow() const override { return std::chrono::system_clock::now(); }
  [[nodiscard]] std::unique_ptr<control::Timer> CallAt(Time when, std::function<void()> function) override;

 private:
  using Key = std::pair<Time, uint64_t>;
  using Queue = std::map<Key, std::function<void()>>;
  class Entry;

  void Arm();
  void RunDue();

  boost::asio::steady_timer next_;
  uint64_t sequence_ = 0;
  std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
};

}  // namespace benari::fakes
