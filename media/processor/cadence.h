#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "media/processor/tone_config.h"

namespace benari::media {

// The samples of a cadence of tones at 8000 Hz, a frame of 20 ms at a time. Pure.
class Cadence {
 public:
  static constexpr size_t kFrameSamples = 160;
  using Samples = std::array<int16_t, kFrameSamples>;

  explicit Cadence(const ToneConfig& config);

  // The current frame; not once finished.
  Samples Frame() const;
  // Goes on to the next frame.
  void Step();
  // All repetitions are over.
  bool finished() const { return finished_; }

 private:
  const ToneConfig config_;
  size_t segment_ = 0;
  uint32_t frame_ = 0;        // of the segment: its phase goes on from frame to frame
  uint32_t repetitions_ = 0;  // that are over
  bool finished_ = false;
};

}  // namespace benari::media
