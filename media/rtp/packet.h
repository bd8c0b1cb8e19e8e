#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// RTP data packets as RFC 3550 lays them out. Pure.
namespace benari::media::rtp {

inline constexpr size_t kFixedHeaderBytes = 12;  // RFC 3550 5.1
inline constexpr uint8_t kRtpVersion = 2;

// What ParsePacket read; offsets and sizes in bytes from the start of the datagram. Pure.
struct Packet {
  bool marker = false;
  uint8_t payload_type = 0;  // 0..127
  uint16_t sequence = 0;
  uint32_t timestamp = 0;  // in the clock rate of the payload type
  uint32_t ssrc = 0;
  uint8_t csrc_count = 0;  // 0..15
  bool has_extension = false;
  size_t payload_offset = 0;  // behind the fixed header, CSRC list and extension
  size_t payload_bytes = 0;   // without padding; may be 0
};

enum class ParseResult {
  kOk,
  kVersion,  // not version 2
  kLength,   // shorter than its own header, CSRC list, extension or padding say
};

// RFC 3550 5.1 and the checks of A.1 that need no state. `packet` is set only with kOk.
ParseResult ParsePacket(std::span<const uint8_t> datagram, Packet* packet);

// RFC 5761 4: whether it is RTCP, where that comes on the port of the RTP. The second octet of an RTP packet
// with the marker and a payload type of 64..95 looks the same.
bool IsRtcp(std::span<const uint8_t> datagram);

// RFC 3550 5.1: writes the fixed header of a packet without CSRC list, extension and padding.
void WriteHeader(const Packet& packet, std::span<uint8_t, kFixedHeaderBytes> out);

// RFC 3550 5.1: overwrites the SSRC. `datagram` is one that ParsePacket took.
void SetSsrc(uint32_t ssrc, std::span<uint8_t> datagram);

}  // namespace benari::media::rtp
