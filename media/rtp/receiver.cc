#include "media/rtp/receiver.h"

namespace benari::media::rtp {

namespace {

// Who sends one of these is there, and says nothing. RFC 3551 6: comfort noise is a static type.
bool IsComfortNoise(const Packet& packet) { return packet.payload_type == 13; }

// RFC 4733 2.3: one event is four octets. Its payload type is dynamic (RFC 3551 6) and agreed on between the
// phone and Asterisk: nobody tells us which.
bool IsTelephoneEvent(const Packet& packet) { return packet.payload_type >= 96 && packet.payload_bytes == 4; }

}  // namespace

Receiver::Receiver(const StreamConfig& config, std::string advertised_rtp, Sender& sender, Clock::Time now)
    : config_(config),
      advertised_rtp_(std::move(advertised_rtp)),
      sender_(sender),
      started_(now),
      silence_(now, config.no_media_timeout) {}

void Receiver::OnDropped(Clock::Time now, DropReason reason, const SocketAddress& source,
                         const Packet& packet) {
  const bool other_type = reason == DropReason::kPayloadType;
  if (other_type && silence_.flowed() && (IsComfortNoise(packet) || IsTelephoneEvent(packet))) {
    silence_.OnPause(now);
  } else {
    silence_.OnInvalid(reason, source, packet.payload_type);
  }
  if (other_type && packet.ssrc == peer_ssrc_) CountOtherPayloadType(packet);
  if (reason != DropReason::kDuplicate) Drop(reason);  // those sequence_ counts
}

DropReason Receiver::Check(std::span<const uint8_t> datagram, const SocketAddress& source,
                           Packet* packet) const {
  const bool may_latch = config_.peer_policy == PeerPolicy::kLatch && !latched_;
  if (!may_latch && source != config_.peer) return DropReason::kStranger;
  if (IsRtcp(datagram) && (datagram[1] & 0x7f) != config_.payload_type) return DropReason::kRtcp;
  switch (ParsePacket(datagram, packet)) {
    case ParseResult::kVersion:
      return DropReason::kVersion;
    case ParseResult::kLength:
      return DropReason::kLength;
    case ParseResult::kOk:
      break;
  }
  if (packet->payload_type != config_.payload_type) return DropReason::kPayloadType;
  const bool may_loop = peer_ssrc_.has_value() || sender_.has_sent();
  if (may_loop && packet->ssrc == sender_.ssrc()) return DropReason::kLoop;
  return DropReason::kNone;
}

// A packet that is the peer's and well formed: what its numbers say.
DropReason Receiver::Accept(Clock::Time now, size_t bytes, const SocketAddress& source,
                            const Packet& packet) {
  OnSource(packet.ssrc);
  const Arrival arrival = sequence_.OnPacket(packet.sequence);
  if (arrival == Arrival::kProbation) return DropReason::kProbation;
  if (arrival == Arrival::kRestarted) jitter_.OnNewSource();  // its timestamps begin anew too

  if (config_.peer_policy == PeerPolicy::kLatch && !latched_) {
    config_.peer = source;
    latched_ = true;
  }
  received_bytes_ += bytes;
  if (!first_received_ || silence_.diagnosis() != Diagnosis::kNone) flow_began_ = true;
  if (!first_received_) first_received_ = now;
  last_received_ = now;
  silence_.OnValid(now);
  if (arrival == Arrival::kDuplicate) return DropReason::kDuplicate;

  // RFC 3550 A.8: arrival in units of the timestamp. The product overflows after 4 days at 48 kHz in ns,
  // hence microseconds.
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(now - started_).count();
  jitter_.OnPacket(static_cast<uint32_t>(static_cast<uint64_t>(age) * config_.clock_rate_hz / 1000000),
                   packet.timestamp);
  return DropReason::kNone;
}

// Telephone events (RFC 4733) and comfort noise (RFC 3389) are numbered with the audio: what A.3 expects and
// counts is of a source and not of a payload type.
void Receiver::CountOtherPayloadType(const Packet& packet) {
  const Arrival arrival = sequence_.OnPacket(packet.sequence);
  if (arrival == Arrival::kProbation) return;
  if (arrival == Arrival::kRestarted) jitter_.OnNewSource();
  if (arrival == Arrival::kDuplicate) ++other_duplicates_;
  ++other_received_;
}

// RFC 3550 8.2: a new SSRC is a new source, with numbers of its own. One that has chosen ours before we ever
// sent is a collision and not a loop: we take another.
void Receiver::OnSource(uint32_t ssrc) {
  if (peer_ssrc_ == ssrc) return;
  if (peer_ssrc_) {
    sequence_.OnNewSource();
    jitter_.OnNewSource();
  } else if (ssrc == sender_.ssrc()) {
    sender_.ChangeSsrc();
  }
  peer_ssrc_ = ssrc;
}

void Receiver::OnTruncated(const SocketAddress& source) {
  const bool from_peer = source == config_.peer;
  const DropReason reason = from_peer ? DropReason::kLength : DropReason::kStranger;
  silence_.OnInvalid(reason, source, 0);
  Drop(reason);
}

std::optional<Clock::Time> Receiver::last_received() const {
  return first_received_ ? std::optional(last_received_) : std::nullopt;
}

std::optional<double> Receiver::JitterMs(Clock::Time since) const {
  if (!first_received_ || last_received_ < since) return std::nullopt;
  return jitter_.jitter_ms(config_.clock_rate_hz);
}

RtpStats Receiver::Stats() const {
  RtpStats stats;
  stats.received_packets = sequence_.received() - other_received_;
  stats.received_bytes = received_bytes_;
  stats.lost_packets = sequence_.lost() + static_cast<int64_t>(other_duplicates_);
  stats.reordered_packets = sequence_.reordered();
  stats.jitter_ms = jitter_.jitter_ms(config_.clock_rate_hz);
  stats.dropped = dropped_;
  stats.dropped[static_cast<size_t>(DropReason::kDuplicate)] = sequence_.duplicates() - other_duplicates_;
  return stats;
}

}  // namespace benari::media::rtp
