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

// The peer's side of a session: decides which datagrams are valid packets of the peer, counts, and knows
// whether media flows. Touches no socket and reads no clock. Owned by one worker.
class Receiver {
 public:
  // `sender` is our own side, whose SSRC tells loops; it outlives the receiver. `advertised_rtp` is where the
  // peer was told to send, for people.
  Receiver(const StreamConfig& config, std::string advertised_rtp, Sender& sender, Clock::Time now);

  // kNone: `packet` is a valid packet of the peer, and none that came before. Any other reason: it is dropped
  // and counted. RFC 3550 5.1, 8.2, A.1, A.8.
  DropReason OnDatagram(Clock::Time now, std::span<const uint8_t> datagram, const SocketAddress& source,
                        Packet* packet) {
    DropReason reason = Check(datagram, source, packet);
    if (reason == DropReason::kNone) reason = Accept(now, datagram.size(), source, *packet);
    if (reason != DropReason::kNone) OnDropped(now, reason, source, *packet);
    return reason;
  }

  // Counts a datagram that never was in memory as a whole, from whomever it came.
  void OnTruncated(const SocketAddress& source);

  // True when the silence got another diagnosis.
  bool OnTime(Clock::Time now) { return silence_.OnTime(now); }

  // True once media begins to flow: with the first valid packet, and with the first after a diagnosed
  // silence.
  bool TakeFlowBegan() { return flow_began_ && std::exchange(flow_began_, false); }

  const SocketAddress& peer() const { return config_.peer; }
  bool latched() const { return latched_; }
  Diagnosis diagnosis() const { return silence_.diagnosis(); }
  std::string DiagnosisText() const { return silence_.Text(config_, advertised_rtp_); }
  RtpStats Stats() const;  // without what was sent
  std::optional<Clock::Time> first_received() const { return first_received_; }
  std::optional<Clock::Time> last_received() const;
  // Nothing when no packet came since then.
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
