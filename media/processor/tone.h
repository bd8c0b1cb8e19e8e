#pragma once

#include <optional>

#include "media/processor/cadence.h"
#include "media/processor/frame_clock.h"
#include "media/processor/processor.h"

namespace benari::media {

// Sends a cadence of tones in G.711 at 8000 Hz, one packet every 20 ms, and ignores what it receives. Owned
// by one worker.
class Tone : public Processor {
 public:
  // `payload_type` is that of PCMU or PCMA. The first packet is due at `now`.
  Tone(const ToneConfig& config, uint8_t payload_type, Clock::Time now);

  void OnPacket(Clock::Time, const rtp::Packet&, std::span<uint8_t>, rtp::Sender&) override {}
  std::optional<Clock::Time> NextTick() const override;
  void OnTick(Clock::Time now, rtp::Sender& out) override;
  ProcessorState state() const override {
    return cadence_.finished() ? ProcessorState::kFinished : ProcessorState::kActive;
  }

 private:
  uint8_t (*const encode_)(int16_t);
  FrameClock clock_;
  Cadence cadence_;
};

}  // namespace benari::media
