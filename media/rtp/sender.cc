#include "media/rtp/sender.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace benari::media::rtp {

namespace {

// splitmix64: of one random number several that look unrelated.
uint64_t Mix(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
  value = (value ^ value >> 27) * 0x94d049bb133111eb;
  return value ^ value >> 31;
}

// In the lower half, so that the first wrap is minutes away: at a wrap a translator of Debian's Asterisk drops
// a packet (deploy/asterisk/README.md, "One-way audio").
uint16_t FirstSequence(uint32_t ssrc) { return Mix(ssrc) & 0x7fff; }

}  // namespace

Sender::Sender(uint8_t payload_type, uint32_t ssrc, Outlet& outlet)
    : outlet_(outlet),
      payload_type_(payload_type),
      ssrc_(ssrc),
      sequence_(FirstSequence(ssrc)),
      timestamp_(static_cast<uint32_t>(Mix(ssrc) >> 32)) {}

void Sender::Send(std::span<const uint8_t> payload, uint32_t duration) {
  assert(payload.size() <= kMaxPayloadBytes);
  Packet packet;
  packet.marker = std::exchange(marker_, false);
  packet.payload_type = payload_type_;
  packet.sequence = sequence_++;
  packet.timestamp = timestamp_;
  packet.ssrc = ssrc_;
  timestamp_ += duration;
  has_sent_ = true;
  std::array<uint8_t, kFixedHeaderBytes + kMaxPayloadBytes> datagram;
  WriteHeader(packet, std::span(datagram).first<kFixedHeaderBytes>());
  std::copy(payload.begin(), payload.end(), datagram.begin() + kFixedHeaderBytes);
  outlet_.SendToPeer(std::span(datagram).first(kFixedHeaderBytes + payload.size()));
}

void Sender::Skip(uint32_t duration) {
  timestamp_ += duration;
  marker_ = true;
}

}  // namespace benari::media::rtp
