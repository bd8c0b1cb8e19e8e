#include "tests/harness/audio.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tests/harness/run_folder.h"

namespace benari::e2e {
namespace {

constexpr double kSamplesPerMs = kSampleRateHz / 1000.0;

// The two values of A-law that are next to zero; long runs of them fit anywhere.
bool IsSilence(uint8_t sample) { return (sample | 0x80) == kAlawSilence; }

// sent[i] is compared with heard[i + shift].
AudioMatch MatchAt(const Audio& sent, const Audio& heard, int64_t shift) {
  AudioMatch match;
  const int64_t begin = std::max<int64_t>(0, -shift);
  const int64_t end =
      std::min<int64_t>(sent.samples.size(), static_cast<int64_t>(heard.samples.size()) - shift);
  for (int64_t i = begin; i < end; ++i) {
    if (!sent.present[i] || !heard.present[i + shift] || IsSilence(sent.samples[i])) continue;
    ++match.compared;
    match.equal += sent.samples[i] == heard.samples[i + shift];
  }
  return match;
}

void AppendLittleEndian(std::string& text, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i)));
}

// Those of several channels in turn.
void WriteSamples(const std::string& path, const std::vector<int16_t>& samples, int channels) {
  const auto data_bytes = static_cast<uint32_t>(samples.size() * 2);
  std::string text = "RIFF";
  AppendLittleEndian(text, 36 + data_bytes, 4);
  text += "WAVEfmt ";
  AppendLittleEndian(text, 16, 4);  // size of what follows
  AppendLittleEndian(text, 1, 2);   // PCM
  AppendLittleEndian(text, channels, 2);
  AppendLittleEndian(text, kSampleRateHz, 4);                 // samples a second
  AppendLittleEndian(text, kSampleRateHz * 2 * channels, 4);  // bytes a second
  AppendLittleEndian(text, 2 * channels, 2);                  // bytes of one sample of all channels
  AppendLittleEndian(text, 16, 2);                            // bits a sample
  text += "data";
  AppendLittleEndian(text, data_bytes, 4);
  for (const int16_t sample : samples) AppendLittleEndian(text, static_cast<uint16_t>(sample), 2);
  WriteFile(path, text);
}

}  // namespace

// ITU-T G.711: sign, three bits of segment, four of mantissa, every second bit inverted.
int16_t DecodeAlaw(uint8_t sample) {
  const int bits = sample ^ 0x55;
  const int segment = (bits >> 4) & 7;
  const int mantissa = ((bits & 0x0F) << 4) + 8;
  const int magnitude = segment == 0 ? mantissa : (mantissa + 0x100) << (segment - 1);
  return static_cast<int16_t>((bits & 0x80) != 0 ? magnitude : -magnitude);
}

Audio Beginning(const Audio& audio, double ms) {
  Audio beginning = audio;
  const size_t count = std::min(audio.samples.size(), static_cast<size_t>(std::max(0.0, ms) * kSamplesPerMs));
  beginning.samples.resize(count);
  beginning.present.resize(count);
  return beginning;
}

AudioMatch CompareAudio(const Audio& sent, const Audio& heard, double max_delay_ms) {
  const auto offset = static_cast<int64_t>(std::lround((sent.start_ms - heard.start_ms) * kSamplesPerMs));
  const auto reach = static_cast<int64_t>(max_delay_ms * kSamplesPerMs);
  AudioMatch best;
  for (int64_t delay = -reach; delay <= reach; ++delay) {
    AudioMatch match = MatchAt(sent, heard, offset + delay);
    match.delay_ms = delay / kSamplesPerMs;
    if (match.equal > best.equal) best = match;
  }
  return best;
}

void WriteWav(const std::string& path, const Audio& audio) {
  std::vector<int16_t> samples;
  for (const uint8_t sample : audio.samples) samples.push_back(DecodeAlaw(sample));
  WriteSamples(path, samples, 1);
}

void WriteStereoWav(const std::string& path, const Audio& left, const Audio& right) {
  const double start_ms = std::min(left.start_ms, right.start_ms);
  std::vector<int16_t> samples;
  for (const auto& [audio, side] : {std::pair(&left, 0), std::pair(&right, 1)}) {
    const auto before = static_cast<size_t>(std::lround((audio->start_ms - start_ms) * kSamplesPerMs));
    samples.resize(std::max(samples.size(), 2 * (before + audio->samples.size())));
    for (size_t i = 0; i < audio->samples.size(); ++i)
      samples[2 * (before + i) + side] = DecodeAlaw(audio->samples[i]);
  }
  WriteSamples(path, samples, 2);
}

}  // namespace benari::e2e
