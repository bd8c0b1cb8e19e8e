#pragma once

#include <chrono>

#include "common/clock.h"

namespace benari::media {

// A schedule of 20 ms frames that does not drift. Pure.
class FrameClock {
 public:
  static constexpr std::chrono::milliseconds kFrame{20};
  // A frame that is late by more than this is skipped, since sending it with its successors would only delay
  // them.
  static constexpr std::chrono::milliseconds kLatest{60};

  explicit FrameClock(Clock::Time first) : next_(first) {}

  Clock::Time next() const { return next_; }

  // Records that a frame is sent at `now`. Returns the number of frames before it that are skipped.
  int Advance(Clock::Time now);

 private:
  Clock::Time next_;
};

}  // namespace benari::media
