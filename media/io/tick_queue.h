#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <tuple>
#include <vector>

#include "common/clock.h"
#include "media/lease/session_runner.h"

namespace benari::media {

// The next ticks of all sessions of a worker, by time. Ticks are rounded up to a grid of 1 ms, so that any
// number of sessions wakes the worker at most 1000 times per second; periods that are multiples of 1 ms stay
// exact. Operations are O(log n) and allocate only to grow. Pure.
class TickQueue {
 public:
  struct Tick {
    Clock::Time due;
    SocketId socket = 0;
  };

  // Rounds up to the grid.
  static Clock::Time OnGrid(Clock::Time due) {
    return Clock::Time(std::chrono::ceil<std::chrono::milliseconds>(due.time_since_epoch()));
  }

  // `due` is on the grid.
  void Add(Clock::Time due, SocketId socket) {
    ticks_.push_back({due, socket});
    std::push_heap(ticks_.begin(), ticks_.end(), IsLater);
  }

  std::optional<Clock::Time> Next() const {
    return ticks_.empty() ? std::nullopt : std::optional(ticks_.front().due);
  }

  // Removes and returns the earliest tick that is due; nullopt: none is.
  std::optional<Tick> TakeDue(Clock::Time now) {
    if (ticks_.empty() || ticks_.front().due > now) return std::nullopt;
    std::pop_heap(ticks_.begin(), ticks_.end(), IsLater);
    const Tick tick = ticks_.back();
    ticks_.pop_back();
    return tick;
  }

  size_t size() const { return ticks_.size(); }

 private:
  // Ticks of one time keep their order from period to period, which keeps the spacing of their packets.
  static bool IsLater(const Tick& one, const Tick& other) {
    return std::tie(one.due, one.socket) > std::tie(other.due, other.socket);
  }

  std::vector<Tick> ticks_;  // a heap, the earliest on top
};

}  // namespace benari::media
