#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Telephone audio: 8000 A-law samples a second (ITU-T G.711), one byte each. Pure, but for the WAV files.
namespace benari::e2e {

constexpr int kSampleRateHz = 8000;
constexpr uint8_t kAlawSilence = 0xD5;

int16_t DecodeAlaw(uint8_t sample);

// One direction of a call, on the clock of its recorder.
struct Audio {
  std::vector<uint8_t> samples;  // A-law; silence where no packet arrived
  std::vector<bool> present;     // false where no packet arrived; as long as samples
  double start_ms = 0;           // of the first sample, since the recording began
};

// Returns the first milliseconds of a recording.
Audio Beginning(const Audio& audio, double ms);

// The result of comparing two recordings.
struct AudioMatch {
  double delay_ms = 0;  // of `heard` relative to `sent`
  size_t compared = 0;  // samples that were sent, were not silence, and were received with any value
  size_t equal = 0;     // those of them with the same value
};

// Aligns `heard` to `sent` where most samples are equal, within max_delay_ms, then compares sample by sample.
AudioMatch CompareAudio(const Audio& sent, const Audio& heard, double max_delay_ms = 1000);

// 8 kHz, mono, 16 bit. Throws when the file cannot be written.
void WriteWav(const std::string& path, const Audio& audio);
// Both directions, left and right, each at its time.
void WriteStereoWav(const std::string& path, const Audio& left, const Audio& right);

}  // namespace benari::e2e
