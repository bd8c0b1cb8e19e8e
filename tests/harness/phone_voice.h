#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tests/harness/codec.h"

namespace benari::e2e {

// The RTP packets that a phone sends, 20 ms each. Pure.
class PhoneVoice {
 public:
  static constexpr int kEventPayloadType = 101;  // telephone-event, RFC 4733

  PhoneVoice(const Codec& codec, double tone_hz, uint32_t ssrc, uint32_t timestamp);

  // The tone, until it is told otherwise; packets are numbered from here on.
  void SayTone(uint16_t first_sequence);
  // Audio in the phone's codec after what is being said; silence once it is over.
  void Say(const std::vector<uint8_t>& audio);
  // Sends keys, 100 ms each, instead of audio.
  void Press(const std::string& digits);
  void BeSilent() { mode_ = Mode::kNothing; }

  bool sends() const { return mode_ != Mode::kNothing || !keys_.empty(); }
  bool done() const { return speech_.empty() && keys_.empty(); }
  std::vector<uint8_t> NextPacket(int payload_type);

 private:
  enum class Mode { kNothing, kTone, kSpeech };

  std::vector<uint8_t> Header(int payload_type, bool marker, uint32_t timestamp);
  std::vector<uint8_t> KeyPacket();
  std::vector<uint8_t> Payload();

  const int bytes_per_frame_;
  const uint8_t silence_;
  const std::vector<std::vector<uint8_t>> tone_;
  const uint32_t ssrc_;
  uint32_t timestamp_;
  uint16_t sequence_ = 0;
  Mode mode_ = Mode::kNothing;
  size_t tone_frame_ = 0;
  std::deque<uint8_t> speech_;
  std::deque<char> keys_;
  int key_packet_ = 0;  // of the key that is pressed
};

}  // namespace benari::e2e
