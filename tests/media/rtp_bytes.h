#pragma once

#include <cstdint>
#include <vector>

#include "media/rtp/packet.h"

namespace benari::media {

// An RTP datagram with a payload that tells packets apart.
inline std::vector<uint8_t> RtpBytes(uint16_t sequence, uint8_t payload_type = 8, uint32_t ssrc = 0x11111111,
                                     size_t payload_bytes = 160) {
  rtp::Packet packet;
  packet.sequence = sequence;
  packet.payload_type = payload_type;
  packet.ssrc = ssrc;
  packet.timestamp = 160u * sequence;
  std::vector<uint8_t> bytes(rtp::kFixedHeaderBytes + payload_bytes, static_cast<uint8_t>(sequence));
  rtp::WriteHeader(packet, std::span<uint8_t, rtp::kFixedHeaderBytes>(bytes.data(), rtp::kFixedHeaderBytes));
  return bytes;
}

}  // namespace benari::media
