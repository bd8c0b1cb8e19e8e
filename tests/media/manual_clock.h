#pragma once

#include "common/clock.h"

namespace benari::media {

// Stands still until told. Confined to one thread.
class ManualClock : public Clock {
 public:
  Time Now() const override { return now_; }
  WallTime WallNow() const override {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(now_.time_since_epoch()));
  }
  void Advance(Duration by) { now_ += by; }

 private:
  Time now_{std::chrono::hours(1)};
};

}  // namespace benari::media
