#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "control/loop/timers.h"

namespace benari::fakes {

// Time that moves only when RunNext is called. Timers fire in the order of their time, then of CallAt.
// A timer may outlive the clock. An io_context whose coroutines wait for these timers must outlive the
// clock: declare it first. Confined to the control loop.
class VirtualTimers : public control::Timers {
 public:
  VirtualTimers();

  Time Now() const override { return now_; }
  WallTime WallNow() const override;
  [[nodiscard]] std::unique_ptr<control::Timer> CallAt(Time when, std::function<void()> function) override;

  // As CallAt, but it cannot be cancelled.
  void RunAt(Time when, std::function<void()> function);

  // Advances to the next timer and runs it; returns false if there is none.
  bool RunNext();
  // When the next timer is due.
  std::optional<Time> Next() const;
  // Moves the clock without running anything; must not pass a timer.
  void AdvanceTo(Time when);

 private:
  using Key = std::pair<Time, uint64_t>;
  using Queue = std::map<Key, std::function<void()>>;
  class Entry;

  const Time start_;
  Time now_;
  uint64_t sequence_ = 0;
  std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
};

// Polls the loop until it is idle, then runs the next timer, until `done` returns true, and returns true; or
// until no timer is left or `limit` of virtual time has passed, and returns false. `done` is called whenever
// the loop is idle.
bool Settle(boost::asio::io_context& loop, VirtualTimers& timers, const std::function<bool()>& done,
            Clock::Duration limit = std::chrono::hours(1));

// Runs everything that is due within `duration`, after which exactly that time has passed.
void SettleFor(boost::asio::io_context& loop, VirtualTimers& timers, Clock::Duration duration);

}  // namespace benari::fakes
