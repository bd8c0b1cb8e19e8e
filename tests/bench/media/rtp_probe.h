#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

namespace benari::bench {

// G.711, 20 ms a packet. A-law is what control asks media for unless told otherwise, mu-law what bots speak.
inline constexpr uint8_t kPcma = 8;
inline constexpr uint8_t kPcmu = 0;
inline constexpr uint32_t kClockRateHz = 8000;
inline constexpr double kPacketsPerSecond = 50;
inline constexpr size_t kProbePayloadBytes = 160;
inline constexpr size_t kProbeBytes = 12 + kProbePayloadBytes;

// What the payload of a packet carries, to know it again when it comes back.
struct Probe {
  uint64_t sequence = 0;  // RTP's sequence number is its low 16 bits
  std::chrono::steady_clock::time_point sent;
};

// RTP as a phone sends it every 20 ms. Writes only what changes: the rest of the payload stays as it is.
// Pure.
void WriteProbe(const Probe& probe, uint8_t payload_type, uint32_t ssrc, std::span<uint8_t, kProbeBytes> out);

// Nothing: not the size of ours. Whose it is the caller knows by its socket. Pure.
std::optional<Probe> ReadProbe(std::span<const uint8_t> datagram);

// The same of the payload, or of its begin: 16 bytes at least. Pure.
Probe ReadPayload(std::span<const uint8_t> payload);
inline constexpr size_t kStampBytes = 16;

}  // namespace benari::bench
