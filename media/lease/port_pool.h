#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/clock.h"

namespace benari::media {

// Both ends included, 1..65535.
struct PortRange {
  uint16_t min = 0;
  uint16_t max = 0;
  size_t size() const { return size_t{max} - min + 1; }
};

// UDP ports, lowest free first. One that comes back rests for the quarantine, so that packets still on their
// way to its last user do not meet the next. One that could not be bound, as another program has it, rests
// longer each time, and is tried again only after those that could. O(log n) each, 60,000 ports and more.
// Pure; `now` never goes back.
class PortPool {
 public:
  static constexpr std::chrono::seconds kFirstRest{1};  // after the first failure to bind; doubles with each
  static constexpr std::chrono::seconds kLongestRest{128};

  PortPool(PortRange range, Clock::Duration quarantine);

  std::optional<uint16_t> Take(Clock::Time now);  // empty: none is free
  // Begins the quarantine. False, and nothing happens, for a port that is not taken.
  bool Return(uint16_t port, Clock::Time now);
  // The same for one that could not be bound: it is unavailable for a time of its own.
  bool ReturnUnbound(uint16_t port, Clock::Time now);

  PortRange range() const { return range_; }
  size_t free(Clock::Time now);
  size_t quarantined(Clock::Time now);
  size_t unavailable(Clock::Time now);
  size_t in_use() const { return in_use_; }

 private:
  struct Port {
    bool taken = false;
    uint8_t failures = 0;  // to bind, since it was bound last
  };

  void EndRests(Clock::Time now);
  void Free(uint16_t port);
  bool GiveBack(uint16_t port);  // false: was not taken
  Port& At(uint16_t port) { return ports_[size_t{port} - range_.min]; }

  const PortRange range_;
  const Clock::Duration quarantine_;
  std::vector<std::pair<uint8_t, uint16_t>> free_;            // failures, port: a heap, the lowest on top
  std::deque<std::pair<Clock::Time, uint16_t>> quarantined_;  // until when; in that order
  std::set<std::pair<Clock::Time, uint16_t>> unavailable_;    // likewise
  std::vector<Port> ports_;
  size_t in_use_ = 0;
};

}  // namespace benari::media
