#include "tests/harness/phone_voice.h"

#include <algorithm>
#include <cstring>

namespace benari::e2e {
namespace {

constexpr uint32_t kTicksPerFrame = 160;  // of RTP's clock, 8000 Hz
constexpr char kKeys[] = "0123456789*#ABCD";
constexpr int kKeyPackets = 5;     // of 20 ms
constexpr int kKeyEndPackets = 3;  // the last one, repeated
constexpr int kKeyPausePackets = 5;
constexpr uint8_t kKeyEnd = 0x80;
constexpr uint8_t kKeyVolume = 10;  // dBm0, negated

void Append(std::vector<uint8_t>& packet, uint32_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) packet.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

uint8_t SilenceOf(const Codec& codec) {
  if (codec.name == "alaw") return 0xD5;
  return codec.name == "ulaw" ? 0xFF : 0;
}

}  // namespace

PhoneVoice::PhoneVoice(const Codec& codec, double tone_hz, uint32_t ssrc, uint32_t timestamp)
    : bytes_per_frame_(codec.bytes_per_frame),
      silence_(SilenceOf(codec)),
      tone_(EncodeTone(codec, tone_hz)),
      ssrc_(ssrc),
      timestamp_(timestamp) {}

void PhoneVoice::SayTone(uint16_t first_sequence) {
  mode_ = Mode::kTone;
  sequence_ = first_sequence;
}

void PhoneVoice::Say(const std::vector<uint8_t>& audio) {
  mode_ = Mode::kSpeech;
  speech_.insert(speech_.end(), audio.begin(), audio.end());
}

void PhoneVoice::Press(const std::string& digits) { keys_.insert(keys_.end(), digits.begin(), digits.end()); }

std::vector<uint8_t> PhoneVoice::NextPacket(int payload_type) {
  std::vector<uint8_t> packet;
  if (!keys_.empty() && key_packet_ < kKeyPackets + kKeyEndPackets) {
    packet = KeyPacket();
  } else {
    packet = Header(payload_type, false, timestamp_);
    const std::vector<uint8_t> payload = Payload();
    packet.insert(packet.end(), payload.begin(), payload.end());
  }
  if (!keys_.empty() && ++key_packet_ == kKeyPackets + kKeyEndPackets + kKeyPausePackets) {
    keys_.pop_front();
    key_packet_ = 0;
  }
  timestamp_ += kTicksPerFrame;
  return packet;
}

std::vector<uint8_t> PhoneVoice::Header(int payload_type, bool marker, uint32_t timestamp) {
  std::vector<uint8_t> packet = {0x80, static_cast<uint8_t>(payload_type | (marker ? 0x80 : 0))};
  Append(packet, sequence_++, 2);
  Append(packet, timestamp, 4);
  Append(packet, ssrc_, 4);
  return packet;
}

// All packets of a key have the timestamp of its begin.
std::vector<uint8_t> PhoneVoice::KeyPacket() {
  const uint32_t begin = timestamp_ - static_cast<uint32_t>(key_packet_) * kTicksPerFrame;
  const int duration = std::min(key_packet_ + 1, kKeyPackets) * static_cast<int>(kTicksPerFrame);
  std::vector<uint8_t> packet = Header(kEventPayloadType, key_packet_ == 0, begin);
  const char* const key = std::strchr(kKeys, keys_.front());
  Append(packet, key == nullptr ? 0 : static_cast<uint32_t>(key - kKeys), 1);
  Append(packet, kKeyVolume | (key_packet_ >= kKeyPackets ? kKeyEnd : 0), 1);
  Append(packet, static_cast<uint32_t>(duration), 2);
  return packet;
}

std::vector<uint8_t> PhoneVoice::Payload() {
  if (mode_ == Mode::kTone) return tone_[tone_frame_++ % tone_.size()];
  std::vector<uint8_t> payload(bytes_per_frame_, silence_);
  if (mode_ != Mode::kSpeech) return payload;
  const size_t count = std::min(speech_.size(), payload.size());
  std::copy_n(speech_.begin(), count, payload.begin());
  speech_.erase(speech_.begin(), speech_.begin() + static_cast<std::ptrdiff_t>(count));
  return payload;
}

}  // namespace benari::e2e
