#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

// The codecs of phones, and tones by which tests distinguish speakers. Pure.
namespace benari::e2e {

struct Codec {
  std::string name;     // as Asterisk writes it: alaw, ulaw, g722, slin
  std::string rtpmap;   // as SDP writes it: PCMA/8000
  int payload_type;     // in an offer
  int sample_rate;      // of the audio, in Hz; RTP's clock is 8000 Hz for all of them
  int bytes_per_frame;  // of 20 ms
};

// Throws std::runtime_error for any other name.
const Codec& FindCodec(const std::string& name);

// RTP payloads of 20 ms each, the last one followed by the first again without a break of the tone, for
// frequencies that are multiples of 50 Hz.
std::vector<std::vector<uint8_t>> EncodeTone(const Codec& codec, double hz);

// Returns how long consecutive payloads contain a tone of `hz`: 20 ms for each payload that it fills.
std::chrono::milliseconds ToneIn(const Codec& codec, const std::vector<std::span<const uint8_t>>& payloads,
                                 double hz);

// Returns the root mean square of the samples, as 16 bit values.
double Loudness(const Codec& codec, std::span<const uint8_t> payload);

}  // namespace benari::e2e
