#pragma once

#include <cstdint>
#include <deque>
#include <optional>
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
// way to its last user do not meet the next. O(log n) each, 60,000 ports and more. Pure; `now` never goes
// back.
class PortPool {
 public:
  PortPool(PortRange range, Clock::Duration quarantine);

  std::optional<uint16_t> Take(Clock::Time now);  // empty: none is free
  // Begins the quarantine. False, and nothing happens, for a port that is not taken.
  bool Return(uint16_t port, Clock::Time now);

  PortRange range() const { return range_; }
  size_t free(Clock::Time now);
  size_t quarantined(Clock::Time now);
  size_t in_use() const { return in_use_; }

 private:
  void EndQuarantines(Clock::Time now);
  std::vector<bool>::reference Taken(uint16_t port) { return taken_[size_t{port} - range_.min]; }

  const PortRange range_;
  const Clock::Duration quarantine_;
  std::vector<uint16_t> free_;                                // a heap, the lowest on top
  std::deque<std::pair<Clock::Time, uint16_t>> quarantined_;  // until when; in that order
  std::vector<bool> taken_;
  size_t in_use_ = 0;
};

}  // namespace benari::media
