#include "media/processor/cadence.h"

#include <cmath>
#include <numbers>

#include "media/processor/frame_clock.h"

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

Cadence::Cadence(const ToneConfig& config) : config_(config) {
  SineTable();  // made here, and not at the first packet
}

Cadence::Samples Cadence::Frame() const {
  const auto& sine = SineTable();
  Samples frame;
  for (size_t i = 0; i < kFrameSamples; ++i) {
    const uint64_t n = uint64_t{frame_} * kFrameSamples + i;
    int sample = 0;
    for (const uint32_t hz : config_.segments[segment_].frequencies_hz)
      sample += sine[hz * n % kSampleRateHz];
    frame[i] = static_cast<int16_t>(sample);
  }
  return frame;
}

void Cadence::Step() {
  if (++frame_ * FrameClock::kFrame < config_.segments[segment_].duration) return;
  frame_ = 0;
  if (++segment_ < config_.segments.size()) return;
  segment_ = 0;
  finished_ = ++repetitions_ == config_.repetitions;
}

}  // namespace benari::media
