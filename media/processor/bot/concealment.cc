#include "media/processor/bot/concealment.h"

#include <algorithm>

#include "media/processor/g711.h"

namespace benari::media {

namespace {

constexpr size_t kShortestPeriod = 40;  // 200 Hz
constexpr size_t kLongestPeriod = 120;  // 66 Hz
constexpr size_t kCompared = 160;       // samples
constexpr size_t kFadeBegin = 80;
constexpr size_t kFadeEnd = 480;

}  // namespace

Concealment::Concealment() { history_.fill(kUlawSilence); }

void Concealment::OnAudio(std::span<const uint8_t> ulaw) {
  const auto last = ulaw.last(std::min(ulaw.size(), kHistory));
  std::copy(history_.begin() + static_cast<std::ptrdiff_t>(last.size()), history_.end(), history_.begin());
  std::copy(last.begin(), last.end(), history_.end() - static_cast<std::ptrdiff_t>(last.size()));
  filled_ = 0;
}

void Concealment::Fill(std::span<uint8_t> ulaw) {
  if (filled_ == 0) period_ = PitchPeriod();
  for (uint8_t& code : ulaw) {
    if (filled_ >= kFadeEnd) {
      code = kUlawSilence;
      continue;
    }
    const int sample = kUlawToLinear[history_[kHistory - period_ + filled_ % period_]];
    const auto left = static_cast<int>(kFadeEnd - std::max(filled_, kFadeBegin));
    code = ToUlaw(static_cast<int16_t>(sample * left / static_cast<int>(kFadeEnd - kFadeBegin)));
    ++filled_;
  }
}

// The shift at which the last samples resemble those before them most.
size_t Concealment::PitchPeriod() const {
  std::array<float, kHistory> samples;
  std::transform(history_.begin(), history_.end(), samples.begin(),
                 [](uint8_t code) { return static_cast<float>(kUlawToLinear[code]); });
  size_t best = kLongestPeriod;
  float best_score = 0;
  for (size_t period = kShortestPeriod; period <= kLongestPeriod; ++period) {
    float product = 0;
    float energy = 1;
    for (size_t i = kHistory - kCompared; i < kHistory; ++i) {
      product += samples[i] * samples[i - period];
      energy += samples[i - period] * samples[i - period];
    }
    const float score = product > 0 ? product * product / energy : 0;
    if (score <= best_score) continue;
    best = period;
    best_score = score;
  }
  return best;
}

}  // namespace benari::media
