#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "common/clock.h"
#include "media/rtp/jitter.h"
#include "media/rtp/packet.h"
#include "media/rtp/sender.h"
#include "media/rtp/sequence.h"
#include "media/rtp/silence_watch.h"
#include "media/rtp/stream_types.h"

namespace benari::media::rtp {

// The receiving side of a session: validates datagrams, counts them, and tracks whether media flows. Uses no
// socket and no clock. Owned by one worker.
class Receiver {
 public:
  // `sender` has the SSRC that detects loops; it must outlive the receiver. `advertised_rtp` is the address
  // that the peer sends to, for diagnoses.
  Receiver(const StreamConfig& config, std::string advertised_rtp, Sender& sender, Clock::Time now);

  // Returns kNone and fills `packet` if the datagram is a valid packet of the peer and no duplicate;
  // otherwise counts it as dropped and returns why. RFC 3550 5.1, 8.2, A.1, A.8.
  DropReason OnDatagram(Clock::Time now, std::span<const uint8_t> datagram, const SocketAddress& source,
                        Packet* packet) {
    DropReason reason = Check(datagram, source, packet);
    if (reason == DropReason::kNone) reason = Accept(now, datagram.size(), source, *packet);
    if (reason != DropReason::kNone) OnDropped(now, reason, source, *packet);
    return reason;
  }

  // Counts a datagram that was longer than the receive buffer.
  void OnTruncated(const SocketAddress& source);

  // Returns true if the diagnosis changed.
  bool OnTime(Clock::Time now) { return silence_.OnTime(now); }

  // Returns true once each time media begins to flow: after the first valid packet, and after the first that
  // ends a diagnosed silence.
  bool TakeFlowBegan() { return flow_began_ && std::exchange(flow_began_, false); }

  const SocketAddress& peer() const { return config_.peer; }
  bool latched() const { return latched_; }
  Diagnosis diagnosis() const { return silence_.diagnosis(); }
  std::string DiagnosisText() const { return silence_.Text(config_, advertised_rtp_); }
  RtpStats Stats() const;  // without what was sent
  std::optional<Clock::Time> first_received() const { return first_received_; }
  std::optional<Clock::Time> last_received() const;
  // nullopt if no packet arrived since `since`.
  std::optional<double> JitterMs(Clock::Time since) const;

 private:
  DropReason Check(std::span<const uint8_t> datagram, const SocketAddress& source, Packet* packet) const;
  DropReason Accept(Clock::Time now, size_t bytes, const SocketAddress& source, const Packet& packet);
  void OnDropped(Clock::Time now, DropReason reason, const SocketAddress& source, const Packet& packet);
  void CountOtherPayloadType(const Packet& packet);
  void OnSource(uint32_t ssrc);
  void Drop(DropReason reason) { ++dropped_[static_cast<size_t>(reason)]; }

  StreamConfig config_;  // with kLatch, peer becomes the source of the first valid packet
  const std::string advertised_rtp_;
  Sender& sender_;
  const Clock::Time started_;
  std::optional<uint32_t> peer_ssrc_;
  bool latched_ = false;
  bool flow_began_ = false;
  SequenceTracker sequence_;
  uint64_t other_received_ = 0;    // of those that sequence_ counts: of other payload types
  uint64_t other_duplicates_ = 0;  // likewise
  JitterEstimator jitter_;
  SilenceWatch silence_;
  uint64_t received_bytes_ = 0;
  std::array<uint64_t, kDropReasons> dropped_{};
  std::optional<Clock::Time> first_received_;
  Clock::Time last_received_;  // once first_received_ is set
};

}  // namespace benari::media::rtp
