#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace benari::bench {

// When the packets of `sessions` go out, evenly spread: absolute times, so that being late once makes nothing
// else late. A session's turn comes after all others had theirs. Confined to one thread.
class PacingSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `packets_per_s` of all sessions together, above 0.
  PacingSchedule(Time start, double packets_per_s, size_t sessions)
      : start_(start), interval_ns_(1e9 / packets_per_s), sessions_(sessions) {}

  // A product and no sum, so that rounding does not add up.
  Time due() const {
    return start_ + std::chrono::nanoseconds(static_cast<int64_t>(static_cast<double>(turn_) * interval_ns_));
  }
  size_t session() const { return turn_ % sessions_; }
  void Next() { ++turn_; }

 private:
  const Time start_;
  const double interval_ns_;
  const size_t sessions_;
  uint64_t turn_ = 0;
};

}  // namespace benari::bench
