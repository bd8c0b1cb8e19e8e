#include "media/processor/tone.h"

#include <algorithm>
#include <array>

#include "media/processor/g711.h"

namespace benari::media {

Tone::Tone(const ToneConfig& config, uint8_t payload_type, Clock::Time now)
    : encode_(payload_type == kPayloadTypePcmu ? ToUlaw : ToAlaw), clock_(now), cadence_(config) {}

std::optional<Clock::Time> Tone::NextTick() const {
  return cadence_.finished() ? std::nullopt : std::optional(clock_.next());
}

void Tone::OnTick(Clock::Time now, rtp::Sender& out) {
  const int left_out = clock_.Advance(now);
  for (int i = 0; i < left_out && !cadence_.finished(); ++i) cadence_.Step();
  if (cadence_.finished()) return;
  constexpr auto kDuration = static_cast<uint32_t>(Cadence::kFrameSamples);
  if (left_out > 0) out.Skip(static_cast<uint32_t>(left_out) * kDuration);
  const Cadence::Samples samples = cadence_.Frame();
  std::array<uint8_t, Cadence::kFrameSamples> payload;
  std::transform(samples.begin(), samples.end(), payload.begin(), encode_);
  out.Send(payload, kDuration);
  cadence_.Step();
}

}  // namespace benari::media
