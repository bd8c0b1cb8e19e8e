#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "common/clock.h"
#include "media/rtp/packet.h"

namespace benari::media::rtp {

// Where a Sender's packets leave. Owned by one worker.
class Outlet {
 public:
  virtual ~Outlet() = default;
  // To the peer of the session, which may be one that it latched on. What became of it is told later, or from
  // within, by Sender::OnSendDone. `datagram` is copied.
  virtual void SendToPeer(std::span<const uint8_t> datagram) = 0;
};

// Our own side of a session: one RTP source with its SSRC, sequence numbers and timestamps, and the count of
// what it sent. A processor either reflects or sends. Owned by one worker.
class Sender {
 public:
  static constexpr size_t kMaxPayloadBytes = 1920;  // 20 ms of 16 bits at 48 kHz

  // `ssrc` is random (RFC 3550 8.1); the first sequence number and timestamp follow from it. `outlet`
  // outlives the sender.
  Sender(uint8_t payload_type, uint32_t ssrc, Outlet& outlet);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // Sends the packet that is being processed back to its source: where it lies, with the numbers it came
  // with, under our SSRC. Only from Processor::OnPacket, with its datagram.
  void Reflect(std::span<uint8_t> datagram) {
    SetSsrc(ssrc_, datagram);
    reflected_ = true;
  }

  // Sends a packet that did not come in, up to kMaxPayloadBytes. `duration`, in the clock rate of the payload
  // type, is how much the payload plays: the next timestamp is later by it. RFC 3550 5.1.
  void Send(std::span<const uint8_t> payload, uint32_t duration);

  // Leaves so much out: timestamps go on without a packet, and the next packet has the marker, as RFC 3551
  // 4.1 wants it after a silence.
  void Skip(uint32_t duration);

  // For who sends: whether the packet was reflected, and what the system did with one.
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

  // RFC 3550 8.2: the peer uses our SSRC. One that we have sent nothing under is left to the peer.
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
