#include "tests/bench/media/histogram.h"

#include <cmath>

namespace benari::bench {

std::chrono::nanoseconds Histogram::MiddleOf(size_t bucket) {
  if (bucket < 2 * kInAnOctave) return std::chrono::nanoseconds(bucket);
  const size_t shift = bucket / kInAnOctave - 1;
  const uint64_t lowest = (bucket - shift * kInAnOctave) << shift;
  return std::chrono::nanoseconds(lowest + (uint64_t{1} << shift) / 2);
}

std::chrono::nanoseconds Histogram::Quantile(double share) const {
  if (count_ == 0) return std::chrono::nanoseconds(0);
  const auto wanted = std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(share * count_)));
  uint64_t below = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    below += buckets_[i];
    if (below >= wanted) return std::min(MiddleOf(i), max_);
  }
  return max_;
}

}  // namespace benari::bench
