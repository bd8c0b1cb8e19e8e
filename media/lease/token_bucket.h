#pragma once

#include "common/clock.h"

namespace benari::media {

// A rate limit.
struct Rate {
  double per_second = 0;  // in the long run; 0: as often as it likes
  double burst = 1;       // at once, after a rest; 1 or more
};

// A token bucket. Pure; `now` must not decrease.
class TokenBucket {
 public:
  explicit TokenBucket(Rate rate) : rate_(rate), tokens_(rate.burst) {}

  // Takes a token. Returns false, and takes nothing, if the rate is exceeded.
  bool Take(Clock::Time now);

 private:
  Rate rate_;
  double tokens_;
  Clock::Time filled_{};  // when tokens_ was right; before the first Take it is full anyway
};

}  // namespace benari::media
