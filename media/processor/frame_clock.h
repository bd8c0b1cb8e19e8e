#pragma once

#include <chrono>

#include "common/clock.h"

namespace benari::media {

// The times of frames of 20 ms, on a schedule that does not drift. Pure.
class FrameClock {
 public:
  static constexpr std::chrono::milliseconds kFrame{20};
  // A frame that is later than this is left out: sent with those behind it, it would only be in their way.
  static constexpr std::chrono::milliseconds kLatest{60};

  explicit FrameClock(Clock::Time first) : next_(first) {}

  Clock::Time next() const { return next_; }

  // A frame is sent at `now`. Returns how many before it are left out.
  int Advance(Clock::Time now);

 private:
  Clock::Time next_;
};

}  // namespace benari::media
