#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace benari::media {

// A histogram of durations with the buckets of Prometheus; an observation is a few compares and additions.
// Owned by one worker, which hands out copies.
class DurationHistogram {
 public:
  static constexpr std::array kBoundsSeconds = {0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                                                0.0025,  0.005,    0.01,    0.025,  0.05,    0.1,    0.25};

  void Observe(double seconds) {
    const auto* bound = std::lower_bound(kBoundsSeconds.begin(), kBoundsSeconds.end(), seconds);
    ++counts_[static_cast<size_t>(bound - kBoundsSeconds.begin())];
    sum_seconds_ += seconds;
  }

  // Counts per bucket, not cumulative; the last bucket has no upper bound.
  const std::array<uint64_t, kBoundsSeconds.size() + 1>& counts() const { return counts_; }
  double sum_seconds() const { return sum_seconds_; }

  DurationHistogram& operator+=(const DurationHistogram& other) {
    for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    sum_seconds_ += other.sum_seconds_;
    return *this;
  }

 private:
  std::array<uint64_t, kBoundsSeconds.size() + 1> counts_{};
  double sum_seconds_ = 0;
};

}  // namespace benari::media
