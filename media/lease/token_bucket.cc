#include "media/lease/token_bucket.h"

#include <algorithm>
#include <chrono>

namespace benari::media {

bool TokenBucket::Take(Clock::Time now) {
  if (rate_.per_second == 0) return true;
  const std::chrono::duration<double> since = now - filled_;
  tokens_ = std::min(rate_.burst, tokens_ + since.count() * rate_.per_second);
  filled_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

}  // namespace benari::media
