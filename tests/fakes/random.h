#pragma once

#include <chrono>
#include <cstdint>

#include "common/clock.h"

namespace benari::fakes {

// SplitMix64: the same numbers from the same seed with every compiler and library. Pure.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  uint64_t Below(uint64_t bound) { return bound == 0 ? 0 : Next() % bound; }
  bool Flip() { return Below(2) == 1; }
  // 0..longest, in microseconds.
  Clock::Duration UpTo(Clock::Duration longest) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(longest).count();
    return std::chrono::microseconds(Below(static_cast<uint64_t>(us) + 1));
  }

 private:
  uint64_t state_;
};

}  // namespace benari::fakes
