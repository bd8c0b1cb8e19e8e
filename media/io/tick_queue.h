#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <tuple>
#include <vector>

#include "common/clock.h"
#include "media/lease/session_runner.h"

namespace benari::media {

// Whose tick is due when: one clock for all sessions of a worker. Ticks are put on a grid of a millisecond,
// so that a thousand sessions wake their worker a thousand times a second at most; a period that is a
// multiple of it stays exact. O(log n); allocates nothing once it has grown. Pure.
class TickQueue {
 public:
  struct Tick {
    Clock::Time due;
    SocketId socket = 0;
  };

  // As the queue has it: up to a millisecond later.
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

  // One whose time has come, the earliest first.
  std::optional<Tick> TakeDue(Clock::Time now) {
    if (ticks_.empty() || ticks_.front().due > now) return std::nullopt;
    std::pop_heap(ticks_.begin(), ticks_.end(), IsLater);
    const Tick tick = ticks_.back();
    ticks_.pop_back();
    return tick;
  }

  size_t size() const { return ticks_.size(); }

 private:
  // Those of one time are always in one order: it is that of their packets, whose spacing it keeps.
  static bool IsLater(const Tick& one, const Tick& other) {
    return std::tie(one.due, one.socket) > std::tie(other.due, other.socket);
  }

  std::vector<Tick> ticks_;  // a heap, the earliest on top
};

}  // namespace benari::media
