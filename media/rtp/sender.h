#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "common/clock.h"
#include "media/rtp/packet.h"

namespace benari::media::rtp {

// Transmits the packets that a Sender originates. Owned by one worker.
class Outlet {
 public:
  virtual ~Outlet() = default;
  // Sends a copy of `datagram` to the current peer of the session. Sender::OnSendDone reports the result,
  // later or before this returns.
  virtual void SendToPeer(std::span<const uint8_t> datagram) = 0;
};

// The sending side of a session: one RTP source with an SSRC, sequence numbers and timestamps of its own, and
// its counters. A processor uses either Reflect or Send. Owned by one worker.
class Sender {
 public:
  static constexpr size_t kMaxPayloadBytes = 1920;  // 20 ms of 16 bits at 48 kHz

  // `ssrc` must be random (RFC 3550 8.1); the first sequence number and timestamp are derived from it.
  // `outlet` must outlive the sender.
  Sender(uint8_t payload_type, uint32_t ssrc, Outlet& outlet);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // Sends the packet that is being processed back to its source, without a copy: with its own sequence number
  // and timestamp, under our SSRC. Call only from Processor::OnPacket, with its datagram.
  void Reflect(std::span<uint8_t> datagram) {
    SetSsrc(ssrc_, datagram);
    reflected_ = true;
  }

  // Sends a packet with this payload, of at most kMaxPayloadBytes. The next timestamp is later by `duration`,
  // which is in units of the payload type's clock rate. RFC 3550 5.1.
  void Send(std::span<const uint8_t> payload, uint32_t duration);

  // Advances the timestamp without sending. The next packet has the marker bit, as RFC 3551 4.1 requires
  // after a silence.
  void Skip(uint32_t duration);

  // For the session: whether the packet was reflected, and whether the system took a packet.
  bool TakeReflected() { return std::exchange(reflected_, false); }
  void OnSendDone(Clock::Time now, size_t bytes, bool sent) {
    if (!sent) {
      ++failed_packets_;
      return;
    }
    ++sent_packets_;
    sent_bytes_ += bytes;
    if (!first_sent_) first_sent_ = now;
  }

  // RFC 3550 8.2: changes our SSRC after a collision with the peer's. Only before anything was sent.
  void ChangeSsrc() { ssrc_ = ~ssrc_; }
  bool has_sent() const { return has_sent_; }  // a packet of its own

  uint32_t ssrc() const { return ssrc_; }
  uint64_t sent_packets() const { return sent_packets_; }
  uint64_t sent_bytes() const { return sent_bytes_; }  // of UDP payload
  uint64_t failed_packets() const { return failed_packets_; }
  std::optional<Clock::Time> first_sent() const { return first_sent_; }

 private:
  Outlet& outlet_;
  const uint8_t payload_type_;
  uint32_t ssrc_;
  uint16_t sequence_;
  uint32_t timestamp_;
  bool marker_ = true;  // of the next packet: the first one begins a talkspurt
  bool has_sent_ = false;
  bool reflected_ = false;
  uint64_t sent_packets_ = 0;
  uint64_t sent_bytes_ = 0;
  uint64_t failed_packets_ = 0;
  std::optional<Clock::Time> first_sent_;
};

}  // namespace benari::media::rtp
