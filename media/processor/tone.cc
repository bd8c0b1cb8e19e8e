#include "media/processor/tone.h"

#include <cmath>
#include <numbers>

#include "media/processor/g711.h"

namespace benari::media {

namespace {

constexpr uint32_t kSampleRateHz = 8000;
constexpr double kPeak = 5000;  // of one frequency: about -13 dBm0, as ITU-T E.180 recommends

// One period of 1 Hz: the nth sample of f Hz is at f * n.
const std::array<int16_t, kSampleRateHz>& SineTable() {
  static const auto* const table = [] {
    auto* const samples = new std::array<int16_t, kSampleRateHz>;
    for (uint32_t i = 0; i < kSampleRateHz; ++i) {
      (*samples)[i] =
          static_cast<int16_t>(std::lround(kPeak * std::sin(2 * std::numbers::pi * i / kSampleRateHz)));
    }
    return samples;
  }();
  return *table;
}

}  // namespace

Tone::Tone(const ToneConfig& config, uint8_t payload_type, Clock::Time now)
    : config_(config), encode_(payload_type == kPayloadTypePcmu ? ToUlaw : ToAlaw), clock_(now) {
  SineTable();  // made here, and not at the first packet
}

std::optional<Clock::Time> Tone::NextTick() const {
  return finished_ ? std::nullopt : std::optional(clock_.next());
}

void Tone::OnTick(Clock::Time now, rtp::Sender& out) {
  const int left_out = clock_.Advance(now);
  for (int i = 0; i < left_out && !finished_; ++i) Step();
  if (finished_) return;
  if (left_out > 0) out.Skip(static_cast<uint32_t>(left_out * kFrameSamples));
  const auto frame = Frame();
  out.Send(frame, kFrameSamples);
  Step();
}

void Tone::Step() {
  if (++frame_ * FrameClock::kFrame < config_.segments[segment_].duration) return;
  frame_ = 0;
  if (++segment_ < config_.segments.size()) return;
  segment_ = 0;
  finished_ = ++repetitions_ == config_.repetitions;
}

std::array<uint8_t, Tone::kFrameSamples> Tone::Frame() const {
  const auto& sine = SineTable();
  std::array<uint8_t, kFrameSamples> frame;
  for (uint32_t i = 0; i < kFrameSamples; ++i) {
    const uint64_t n = uint64_t{frame_} * kFrameSamples + i;
    int sample = 0;
    for (const uint32_t hz : config_.segments[segment_].frequencies_hz)
      sample += sine[hz * n % kSampleRateHz];
    frame[i] = encode_(static_cast<int16_t>(sample));
  }
  return frame;
}

}  // namespace benari::media
