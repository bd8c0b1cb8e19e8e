#include "tests/bench/media/rtp_probe.h"

#include <cstring>

#include "media/rtp/packet.h"

namespace benari::bench {
namespace {

constexpr size_t kStampOffset = media::rtp::kFixedHeaderBytes;

// As it lies in the payload, in the byte order of this machine.
struct Stamp {
  uint64_t sequence;
  int64_t sent_ns;
};
static_assert(sizeof(Stamp) == kStampBytes);
static_assert(kStampOffset + kProbePayloadBytes == kProbeBytes);

}  // namespace

void WriteProbe(const Probe& probe, uint8_t payload_type, uint32_t ssrc,
                std::span<uint8_t, kProbeBytes> out) {
  media::rtp::Packet header;
  header.payload_type = payload_type;
  header.sequence = static_cast<uint16_t>(probe.sequence);
  // A byte is a sample.
  header.timestamp = static_cast<uint32_t>(probe.sequence * kProbePayloadBytes);
  header.ssrc = ssrc;
  media::rtp::WriteHeader(header, out.first<kStampOffset>());
  const Stamp stamp{probe.sequence, probe.sent.time_since_epoch().count()};
  std::memcpy(out.data() + kStampOffset, &stamp, sizeof stamp);
}

std::optional<Probe> ReadProbe(std::span<const uint8_t> datagram) {
  if (datagram.size() != kProbeBytes) return std::nullopt;
  return ReadPayload(datagram.subspan(kStampOffset));
}

Probe ReadPayload(std::span<const uint8_t> payload) {
  Stamp stamp;
  std::memcpy(&stamp, payload.data(), sizeof stamp);
  return Probe{stamp.sequence,
               std::chrono::steady_clock::time_point(std::chrono::nanoseconds(stamp.sent_ns))};
}

}  // namespace benari::bench
