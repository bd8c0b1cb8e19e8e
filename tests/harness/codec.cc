#include "tests/harness/codec.h"

#include <spandsp.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

namespace benari::e2e {
namespace {

constexpr int kFramesOfTone = 50;  // a second: any multiple of 50 Hz ends where it began
constexpr double kAmplitude = 8000;
constexpr double kLeastAmplitude = 1500;  // what a codec, or two, leave of it at the least

const std::vector<Codec>& Codecs() {
  static const std::vector<Codec>& codecs = *new std::vector<Codec>{
      {"alaw", "PCMA/8000", 8, 8000, 160},
      {"ulaw", "PCMU/8000", 0, 8000, 160},
      {"g722", "G722/8000", 9, 16000, 160},
      {"slin", "L16/8000", 96, 8000, 320},
  };
  return codecs;
}

std::vector<uint8_t> Encode(const Codec& codec, g722_encode_state_t* g722,
                            const std::vector<int16_t>& samples) {
  std::vector<uint8_t> payload;
  if (codec.name == "g722") {
    payload.resize(codec.bytes_per_frame);
    g722_encode(g722, payload.data(), samples.data(), static_cast<int>(samples.size()));
    return payload;
  }
  for (const int16_t sample : samples) {
    if (codec.name == "alaw") payload.push_back(linear_to_alaw(sample));
    if (codec.name == "ulaw") payload.push_back(linear_to_ulaw(sample));
    if (codec.name != "slin") continue;
    payload.push_back(static_cast<uint8_t>(static_cast<uint16_t>(sample) >> 8));
    payload.push_back(static_cast<uint8_t>(sample & 0xFF));
  }
  return payload;
}

std::vector<int16_t> Decode(const Codec& codec, g722_decode_state_t* g722, std::span<const uint8_t> payload) {
  std::vector<int16_t> samples;
  if (codec.name == "g722") {
    samples.resize(payload.size() * 2);
    samples.resize(g722_decode(g722, samples.data(), payload.data(), static_cast<int>(payload.size())));
    return samples;
  }
  const size_t step = codec.name == "slin" ? 2 : 1;
  for (size_t i = 0; i + step <= payload.size(); i += step) {
    if (codec.name == "alaw") samples.push_back(alaw_to_linear(payload[i]));
    if (codec.name == "ulaw") samples.push_back(ulaw_to_linear(payload[i]));
    if (codec.name == "slin") samples.push_back(static_cast<int16_t>(payload[i] << 8 | payload[i + 1]));
  }
  return samples;
}

// Amplitude of one frequency, by Goertzel's algorithm.
double AmplitudeOf(const std::vector<int16_t>& samples, double hz, int rate) {
  const double factor = 2 * std::cos(2 * M_PI * hz / rate);
  double last = 0, before = 0;
  for (const int16_t sample : samples) {
    const double next = sample + factor * last - before;
    before = last;
    last = next;
  }
  const double power = last * last + before * before - factor * last * before;
  return samples.empty() ? 0 : 2 * std::sqrt(std::max(0.0, power)) / static_cast<double>(samples.size());
}

}  // namespace

const Codec& FindCodec(const std::string& name) {
  for (const Codec& codec : Codecs()) {
    if (codec.name == name) return codec;
  }
  throw std::runtime_error("no codec " + name);
}

std::vector<std::vector<uint8_t>> EncodeTone(const Codec& codec, double hz) {
  const std::unique_ptr<g722_encode_state_t, int (*)(g722_encode_state_t*)> g722(
      g722_encode_init(nullptr, 64000, 0), g722_encode_free);
  const int per_frame = codec.sample_rate / 50;
  std::vector<std::vector<uint8_t>> payloads;
  for (int frame = 0; frame < kFramesOfTone; ++frame) {
    std::vector<int16_t> samples(per_frame);
    for (int i = 0; i < per_frame; ++i) {
      const double seconds = static_cast<double>(frame * per_frame + i) / codec.sample_rate;
      samples[i] = static_cast<int16_t>(kAmplitude * std::sin(2 * M_PI * hz * seconds));
    }
    payloads.push_back(Encode(codec, g722.get(), samples));
  }
  return payloads;
}

std::chrono::milliseconds ToneIn(const Codec& codec, const std::vector<std::span<const uint8_t>>& payloads,
                                 double hz) {
  const std::unique_ptr<g722_decode_state_t, int (*)(g722_decode_state_t*)> g722(
      g722_decode_init(nullptr, 64000, 0), g722_decode_free);
  std::chrono::milliseconds tone{0};
  for (const std::span<const uint8_t> payload : payloads) {
    const std::vector<int16_t> samples = Decode(codec, g722.get(), payload);
    if (AmplitudeOf(samples, hz, codec.sample_rate) >= kLeastAmplitude) tone += std::chrono::milliseconds(20);
  }
  return tone;
}

double Loudness(const Codec& codec, std::span<const uint8_t> payload) {
  const std::unique_ptr<g722_decode_state_t, int (*)(g722_decode_state_t*)> g722(
      g722_decode_init(nullptr, 64000, 0), g722_decode_free);
  double power = 0;
  const std::vector<int16_t> samples = Decode(codec, g722.get(), payload);
  for (const int16_t sample : samples) power += static_cast<double>(sample) * sample;
  return samples.empty() ? 0 : std::sqrt(power / static_cast<double>(samples.size()));
}

}  // namespace benari::e2e
