#include "media/rtp/packet.h"

namespace benari::media::rtp {

namespace {

constexpr size_t kSsrcOffset = 8;
constexpr size_t kExtensionHeaderBytes = 4;

uint16_t Read16(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

uint32_t Read32(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint32_t>(Read16(bytes, at)) << 16 | Read16(bytes, at + 2);
}

void Write16(uint16_t value, std::span<uint8_t> out, size_t at) {
  out[at] = static_cast<uint8_t>(value >> 8);
  out[at + 1] = static_cast<uint8_t>(value);
}

void Write32(uint32_t value, std::span<uint8_t> out, size_t at) {
  Write16(static_cast<uint16_t>(value >> 16), out, at);
  Write16(static_cast<uint16_t>(value), out, at + 2);
}

}  // namespace

ParseResult ParsePacket(std::span<const uint8_t> datagram, Packet* packet) {
  if (datagram.empty()) return ParseResult::kLength;
  const uint8_t first = datagram[0];
  if (first >> 6 != kRtpVersion) return ParseResult::kVersion;
  const bool has_padding = (first & 0x20) != 0;
  const bool has_extension = (first & 0x10) != 0;
  const uint8_t csrc_count = first & 0x0f;

  size_t offset = kFixedHeaderBytes + size_t{4} * csrc_count;
  if (datagram.size() < offset) return ParseResult::kLength;
  if (has_extension) {  // RFC 3550 5.3.1: the length counts 32-bit words after the extension's own header
    if (datagram.size() < offset + kExtensionHeaderBytes) return ParseResult::kLength;
    offset += kExtensionHeaderBytes + size_t{4} * Read16(datagram, offset + 2);
    if (datagram.size() < offset) return ParseResult::kLength;
  }
  size_t payload_bytes = datagram.size() - offset;
  if (has_padding) {  // the last octet counts the padding, itself included
    const size_t padding = datagram.back();
    if (padding == 0 || padding > payload_bytes) return ParseResult::kLength;
    payload_bytes -= padding;
  }

  packet->marker = (datagram[1] & 0x80) != 0;
  packet->payload_type = datagram[1] & 0x7f;
  packet->sequence = Read16(datagram, 2);
  packet->timestamp = Read32(datagram, 4);
  packet->ssrc = Read32(datagram, kSsrcOffset);
  packet->csrc_count = csrc_count;
  packet->has_extension = has_extension;
  packet->payload_offset = offset;
  packet->payload_bytes = payload_bytes;
  return ParseResult::kOk;
}

bool IsRtcp(std::span<const uint8_t> datagram) {
  constexpr size_t kHeaderBytes = 4;
  if (datagram.size() < kHeaderBytes || datagram[0] >> 6 != kRtpVersion) return false;
  return datagram[1] >= 192 && datagram[1] <= 223;
}

void WriteHeader(const Packet& packet, std::span<uint8_t, kFixedHeaderBytes> out) {
  out[0] = kRtpVersion << 6;
  out[1] = static_cast<uint8_t>((packet.marker ? 0x80 : 0) | (packet.payload_type & 0x7f));
  Write16(packet.sequence, out, 2);
  Write32(packet.timestamp, out, 4);
  Write32(packet.ssrc, out, kSsrcOffset);
}

void SetSsrc(uint32_t ssrc, std::span<uint8_t> datagram) { Write32(ssrc, datagram, kSsrcOffset); }

}  // namespace benari::media::rtp
