#include "media/processor/bot/voice_activity.h"

#include <algorithm>
#include <array>

#include "media/processor/frame_clock.h"
#include "media/processor/g711.h"

namespace benari::media {

namespace {

// Mean squares of samples of 16 bits. 0 dBFS, a sine of the greatest amplitude of mu-law (32124), is
// 3.17 dBm0 (ITU-T G.711): that of -40 dBm0 is 32124^2 / 2 * 10^-4.317.
constexpr uint64_t kLoud = 24870;
constexpr uint64_t kLoudestNoise = 786400;  // -25 dBm0
constexpr uint64_t kOverNoise = 4;          // 6 dB
constexpr uint64_t kNoiseRise = 128;        // of itself each frame: 1.7 dB a second

uint64_t MeanPower(std::span<const uint8_t> ulaw) {
  static const std::array<uint32_t, 256> kSquares = [] {
    std::array<uint32_t, 256> squares;
    std::transform(kUlawToLinear.begin(), kUlawToLinear.end(), squares.begin(),
                   [](int sample) { return static_cast<uint32_t>(sample * sample); });
    return squares;
  }();
  if (ulaw.empty()) return 0;
  uint64_t sum = 0;
  for (const uint8_t code : ulaw) sum += kSquares[code];
  return sum / ulaw.size();
}

}  // namespace

bool VoiceActivity::IsLoud(std::span<const uint8_t> ulaw) { return MeanPower(ulaw) > kLoud; }

void VoiceActivity::OnFrame(Clock::Time now, const Frame& frame) {
  const uint64_t power = MeanPower(frame);
  const bool loud = power > std::max(kLoud, kOverNoise * noise_);
  // It falls at once and rises slowly, so pauses between words keep it down.
  noise_ = std::min({power, noise_ + noise_ / kNoiseRise + 1, kLoudestNoise});
  loud_in_row_ = loud ? loud_in_row_ + 1 : 0;
  if (speaking_ && loud) {
    ended_ = now;
  } else if (speaking_ && now - *ended_ >= kHangover) {
    speaking_ = false;
  } else if (!speaking_ && loud_in_row_ >= kOnsetFrames) {
    speaking_ = true;
    began_ = now - kOnsetFrames * FrameClock::kFrame;
    ended_ = now;
  }
}

}  // namespace benari::media
