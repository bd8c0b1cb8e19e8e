#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace benari::media {

// One part of a cadence. Pure.
struct ToneSegment {
  std::vector<uint32_t> frequencies_hz;   // 0..2 of them, 1..3999; none: silence
  std::chrono::milliseconds duration{0};  // a multiple of 20 ms, not 0

  bool operator==(const ToneSegment&) const = default;
};

// `Tone` of media.proto, within its limits. Pure.
struct ToneConfig {
  static constexpr const char* kName = "tone";

  std::vector<ToneSegment> segments;  // one at least
  uint32_t repetitions = 0;           // of all of them; 0: for ever

  bool operator==(const ToneConfig&) const = default;
};

}  // namespace benari::media
