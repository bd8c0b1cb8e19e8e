#include "media/processor/echo_session.h"

namespace benari::media {

EchoSession::EchoSession(const SessionStart& start, Clock::Time now)
    : config_(start.config),
      number_(start.number),
      told_to_(start.told_to),
      started_(now),
      ssrc_(start.ssrc),
      silence_(now, start.config.no_media_timeout) {}

DropReason EchoSession::OnPacket(Clock::Time now, std::span<uint8_t> datagram, const SocketAddress& source) {
  rtp::Packet packet;
  DropReason reason = Check(datagram, source, &packet);
  if (reason == DropReason::kNone) {
    reason = Accept(now, datagram.size(), source, packet);
  } else if (reason == DropReason::kPayloadType && packet.ssrc == peer_ssrc_) {
    OnOtherPayloadType(now, packet);
  } else {
    silence_.OnInvalid(reason, source, packet.payload_type);
  }
  if (reason == DropReason::kNone) {
    rtp::SetSsrc(ssrc_, datagram);
  } else if (reason != DropReason::kDuplicate) {  // those the tracker counts
    Drop(reason);
  }
  return reason;
}

DropReason EchoSession::Check(std::span<const uint8_t> datagram, const SocketAddress& source,
                              rtp::Packet* packet) const {
  const bool may_latch = config_.peer_policy == PeerPolicy::kLatch && !latched_;
  if (!may_latch && source != config_.peer) return DropReason::kStranger;
  if (rtp::IsRtcp(datagram) && (datagram[1] & 0x7f) != config_.payload_type) return DropReason::kRtcp;
  switch (rtp::ParsePacket(datagram, packet)) {
    case rtp::ParseResult::kVersion:
      return DropReason::kVersion;
    case rtp::ParseResult::kLength:
      return DropReason::kLength;
    case rtp::ParseResult::kOk:
      break;
  }
  if (packet->payload_type != config_.payload_type) return DropReason::kPayloadType;
  if (peer_ssrc_ && packet->ssrc == ssrc_) return DropReason::kLoop;
  return DropReason::kNone;
}

// A packet that is the peer's and well formed: what its numbers say.
DropReason EchoSession::Accept(Clock::Time now, size_t bytes, const SocketAddress& source,
                               const rtp::Packet& packet) {
  OnSource(packet.ssrc);
  const rtp::Arrival arrival = sequence_.OnPacket(packet.sequence);
  if (arrival == rtp::Arrival::kProbation) return DropReason::kProbation;
  if (arrival == rtp::Arrival::kRestarted) jitter_.OnNewSource();  // its timestamps begin anew too

  if (config_.peer_policy == PeerPolicy::kLatch && !latched_) {
    config_.peer = source;
    latched_ = true;
  }
  received_bytes_ += bytes;
  if (!first_received_) first_received_ = now;
  last_received_ = now;
  if (silence_.diagnosis() != Diagnosis::kNone) flowing_ = false;
  silence_.OnValid(now);
  if (arrival == rtp::Arrival::kDuplicate) return DropReason::kDuplicate;

  // RFC 3550 A.8: arrival in units of the timestamp. The product overflows after 4 days at 48 kHz in ns,
  // hence microseconds.
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(now - started_).count();
  jitter_.OnPacket(static_cast<uint32_t>(static_cast<uint64_t>(age) * config_.clock_rate_hz / 1000000),
                   packet.timestamp);
  return DropReason::kNone;
}

// Telephone events (RFC 4733) and comfort noise (RFC 3389) are numbered with the audio: what A.3 expects and
// counts is of a source and not of a payload type.
void EchoSession::OnOtherPayloadType(Clock::Time now, const rtp::Packet& packet) {
  constexpr uint8_t kComfortNoise = 13;  // RFC 3551 6: who sends it is there, and says nothing
  if (packet.payload_type == kComfortNoise) {
    silence_.OnComfortNoise(now);
  } else {
    silence_.OnInvalid(DropReason::kPayloadType, config_.peer, packet.payload_type);
  }
  const rtp::Arrival arrival = sequence_.OnPacket(packet.sequence);
  if (arrival == rtp::Arrival::kProbation) return;
  if (arrival == rtp::Arrival::kRestarted) jitter_.OnNewSource();
  if (arrival == rtp::Arrival::kDuplicate) ++other_duplicates_;
  ++other_received_;
}

// RFC 3550 8.2: a new SSRC is a new source, with numbers of its own. One that has chosen ours before we ever
// sent is a collision and not a loop: we take another.
void EchoSession::OnSource(uint32_t ssrc) {
  if (peer_ssrc_ == ssrc) return;
  if (peer_ssrc_) {
    sequence_.OnNewSource();
    jitter_.OnNewSource();
  } else if (ssrc == ssrc_) {
    ssrc_ = ~ssrc_;
  }
  peer_ssrc_ = ssrc;
}

void EchoSession::OnTruncated(const SocketAddress& source) {
  const bool from_peer = source == config_.peer;
  const DropReason reason = from_peer ? DropReason::kLength : DropReason::kStranger;
  silence_.OnInvalid(reason, source, 0);
  Drop(reason);
}

bool EchoSession::OnSent(Clock::Time now, size_t bytes) {
  ++sent_packets_;
  sent_bytes_ += bytes;
  if (!first_sent_) first_sent_ = now;
  if (flowing_) return false;
  flowing_ = true;
  return true;
}

void EchoSession::OnSendFailed() { Drop(DropReason::kSendFailed); }

bool EchoSession::OnTime(Clock::Time now) { return silence_.OnTime(now); }

std::optional<double> EchoSession::JitterMs(Clock::Time since) const {
  if (!first_received_ || last_received_ < since) return std::nullopt;
  return jitter_.jitter_ms(config_.clock_rate_hz);
}

SessionSnapshot EchoSession::Snapshot() const {
  SessionSnapshot snapshot;
  snapshot.number = number_;
  snapshot.peer = config_.peer;
  snapshot.latched = latched_;
  snapshot.ssrc = ssrc_;
  snapshot.diagnosis = silence_.diagnosis();
  snapshot.diagnosis_text = silence_.Text(config_, told_to_);
  snapshot.stats = Stats();
  snapshot.first_received = first_received_;
  snapshot.first_sent = first_sent_;
  if (first_received_) snapshot.last_received = last_received_;
  return snapshot;
}

RtpStats EchoSession::Stats() const {
  RtpStats stats;
  stats.received_packets = sequence_.received() - other_received_;
  stats.received_bytes = received_bytes_;
  stats.sent_packets = sent_packets_;
  stats.sent_bytes = sent_bytes_;
  stats.lost_packets = sequence_.lost() + static_cast<int64_t>(other_duplicates_);
  stats.reordered_packets = sequence_.reordered();
  stats.jitter_ms = jitter_.jitter_ms(config_.clock_rate_hz);
  stats.dropped = dropped_;
  stats.dropped[static_cast<size_t>(DropReason::kDuplicate)] = sequence_.duplicates() - other_duplicates_;
  return stats;
}

}  // namespace benari::media
