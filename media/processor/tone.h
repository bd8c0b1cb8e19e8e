#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "media/processor/frame_clock.h"
#include "media/processor/processor.h"

namespace benari::media {

struct ToneSegment {
  std::vector<uint32_t> frequencies_hz;   // 0..2 of them, 1..3999; none: silence
  std::chrono::milliseconds duration{0};  // a multiple of 20 ms, not 0

  bool operator==(const ToneSegment&) const = default;
};

struct ToneConfig {
  static constexpr const char* kName = "tone";

  std::vector<ToneSegment> segments;  // one at least
  uint32_t repetitions = 0;           // of all of them; 0: for ever

  bool operator==(const ToneConfig&) const = default;
};

// Sends a cadence of tones in G.711 at 8000 Hz, one packet every 20 ms, and ignores what it receives. Owned
// by one worker.
class Tone : public Processor {
 public:
  static constexpr int kFrameSamples = 160;

  // `payload_type` is that of PCMU or PCMA. The first packet is due at `now`.
  Tone(const ToneConfig& config, uint8_t payload_type, Clock::Time now);

  void OnPacket(Clock::Time, const rtp::Packet&, std::span<uint8_t>, rtp::Sender&) override {}
  std::optional<Clock::Time> NextTick() const override;
  void OnTick(Clock::Time now, rtp::Sender& out) override;
  ProcessorState state() const override {
    return finished_ ? ProcessorState::kFinished : ProcessorState::kActive;
  }

 private:
  // Advances to the next frame of the cadence.
  void Step();
  std::array<uint8_t, kFrameSamples> Frame() const;

  const ToneConfig config_;
  uint8_t (*const encode_)(int16_t);
  FrameClock clock_;
  size_t segment_ = 0;
  uint32_t frame_ = 0;        // of the segment: its phase goes on from frame to frame
  uint32_t repetitions_ = 0;  // that are over
  bool finished_ = false;
};

}  // namespace benari::media
