#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "media/lease/session_types.h"
#include "media/processor/diagnosis.h"
#include "media/rtp/jitter.h"
#include "media/rtp/packet.h"
#include "media/rtp/sequence.h"

namespace benari::media {

// Echo of one RTP stream: decides about each datagram, counts, and knows whether media flows. Touches no
// socket and reads no clock. Owned by one worker.
class EchoSession {
 public:
  EchoSession(const SessionStart& start, Clock::Time now);

  // kNone: `datagram` now holds what goes to peer(): the packet under our own SSRC, else unchanged. Any other
  // reason: it is dropped and counted. RFC 3550 5.1, 8.2, A.1, A.8.
  DropReason OnPacket(Clock::Time now, std::span<uint8_t> datagram, const SocketAddress& source);

  // Counts a datagram that never was in memory as a whole, from whomever it came.
  void OnTruncated(const SocketAddress& source);

  // What the system did with a packet that OnPacket let through. True when media begins to flow: the first
  // packet went back, or the first after a diagnosed silence.
  bool OnSent(Clock::Time now, size_t bytes);
  void OnSendFailed();

  // True when the silence got another diagnosis.
  bool OnTime(Clock::Time now);

  const SocketAddress& peer() const { return config_.peer; }
  SessionSnapshot Snapshot() const;
  RtpStats Stats() const;  // that of Snapshot, without a text and so without an allocation
  // Nothing when no packet came since then.
  std::optional<double> JitterMs(Clock::Time since) const;

 private:
  DropReason Check(std::span<const uint8_t> datagram, const SocketAddress& source, rtp::Packet* packet) const;
  DropReason Accept(Clock::Time now, size_t bytes, const SocketAddress& source, const rtp::Packet& packet);
  void OnOtherPayloadType(Clock::Time now, const rtp::Packet& packet);
  void OnSource(uint32_t ssrc);
  void Drop(DropReason reason) { ++dropped_[static_cast<size_t>(reason)]; }

  SessionConfig config_;  // with kLatch, peer becomes the source of the first valid packet
  const uint64_t number_;
  const std::string told_to_;
  const Clock::Time started_;
  uint32_t ssrc_;
  std::optional<uint32_t> peer_ssrc_;
  bool latched_ = false;
  bool flowing_ = false;
  rtp::SequenceTracker sequence_;
  uint64_t other_received_ = 0;    // of those that sequence_ counts: of other payload types
  uint64_t other_duplicates_ = 0;  // likewise
  rtp::JitterEstimator jitter_;
  SilenceWatch silence_;
  uint64_t received_bytes_ = 0;
  uint64_t sent_packets_ = 0;
  uint64_t sent_bytes_ = 0;
  std::array<uint64_t, kDropReasons> dropped_{};
  std::optional<Clock::Time> first_received_;
  std::optional<Clock::Time> first_sent_;
  Clock::Time last_received_;  // once first_received_ is set
};

}  // namespace benari::media
