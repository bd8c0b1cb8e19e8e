#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "common/clock.h"
#include "media/processor/bot/frame_queue.h"

namespace benari::media {

// Tells speech from silence by energy. A frame is loud if its mean power is above -40 dBm0 (-43 dBFS, a
// full-scale sine being 0 dBFS) and 6 dB above the noise, which is tracked up to -25 dBm0. Speech begins with
// 3 loud frames in a row and ends when none was loud for 300 ms. Pure.
class VoiceActivity {
 public:
  static constexpr int kOnsetFrames = 3;
  static constexpr std::chrono::milliseconds kHangover{300};

  // `now`: when the frame ends. Call it for each frame.
  void OnFrame(Clock::Time now, const Frame& frame);

  bool speaking() const { return speaking_; }
  // Of the speech that goes on or was the last; nullopt: there was none yet. `ended` is the last loud frame,
  // without the hangover, and so goes on while it is speaking.
  std::optional<Clock::Time> began() const { return began_; }
  std::optional<Clock::Time> ended() const { return ended_; }

  // True if the mean power of `ulaw` is above -40 dBm0.
  static bool IsLoud(std::span<const uint8_t> ulaw);

 private:
  int loud_in_row_ = 0;
  bool speaking_ = false;
  uint64_t noise_ = 0;  // power
  std::optional<Clock::Time> began_;
  std::optional<Clock::Time> ended_;
};

}  // namespace benari::media
