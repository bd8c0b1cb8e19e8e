#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace benari::media {

// A histogram of durations with the buckets of Prometheus; an observation is a few compares and additions.
// `kBounds` are the upper bounds of the buckets, in seconds. Owned by one worker, which hands out copies.
template <const auto& kBounds>
class Histogram {
 public:
  static constexpr const auto& kBoundsSeconds = kBounds;

  void Observe(double seconds) {
    const auto* bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
    ++counts_[static_cast<size_t>(bound - kBounds.begin())];
    sum_seconds_ += seconds;
  }

  // Counts per bucket, not cumulative; the last bucket has no upper bound.
  const std::array<uint64_t, kBounds.size() + 1>& counts() const { return counts_; }
  double sum_seconds() const { return sum_seconds_; }

  Histogram& operator+=(const Histogram& other) {
    for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    sum_seconds_ += other.sum_seconds_;
    return *this;
  }

 private:
  std::array<uint64_t, kBounds.size() + 1> counts_{};
  double sum_seconds_ = 0;
};

inline constexpr std::array kShortDurations = {0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                                               0.0025,  0.005,    0.01,    0.025,  0.05,    0.1,    0.25};
inline constexpr std::array kConversationalDurations = {0.1, 0.2, 0.3, 0.4, 0.5, 0.75,
                                                        1.0, 1.5, 2.0, 3.0, 5.0, 10.0};

using DurationHistogram = Histogram<kShortDurations>;           // of what a machine does
using ResponseHistogram = Histogram<kConversationalDurations>;  // of what people wait for

}  // namespace benari::media
