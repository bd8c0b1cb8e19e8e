#pragma once

#include <memory>
#include <optional>
#include <span>

#include "media/processor/processor.h"
#include "media/processor/session_types.h"
#include "media/rtp/receiver.h"
#include "media/rtp/sender.h"

namespace benari::media {

// What runs on a lease: the peer's stream, the processor that hears it, and our stream. Touches no socket and
// reads no clock. Owned by one worker.
class Session {
 public:
  // What is sent leaves through `outlet`, which outlives the session.
  Session(const SessionStart& start, rtp::Outlet& outlet, Clock::Time now);

  // kNone: the processor had it. Any other reason: it is dropped and counted.
  DropReason OnDatagram(Clock::Time now, std::span<uint8_t> datagram, const SocketAddress& source) {
    rtp::Packet packet;
    const DropReason reason = receiver_.OnDatagram(now, datagram, source, &packet);
    if (reason == DropReason::kNone) processor_->OnPacket(now, packet, datagram, sender_);
    return reason;
  }
  void OnTruncated(const SocketAddress& source) { receiver_.OnTruncated(source); }
  // Whether the processor wants the datagram, as it is now, to go back to its source.
  bool TakeReflected() { return sender_.TakeReflected(); }
  // True once media begins to flow: the first valid packet arrived, or the first after a diagnosed silence.
  bool TakeFlowBegan() { return receiver_.TakeFlowBegan(); }

  // What the system did with a packet that was to be sent.
  void OnSendDone(Clock::Time now, size_t bytes, bool sent) { sender_.OnSendDone(now, bytes, sent); }

  std::optional<Clock::Time> NextTick() const { return processor_->NextTick(); }
  void OnTick(Clock::Time now) { processor_->OnTick(now, sender_); }

  // True when the silence got another diagnosis.
  bool LookForSilence(Clock::Time now) { return receiver_.OnTime(now); }

  const SocketAddress& peer() const { return receiver_.peer(); }
  SessionSnapshot Snapshot() const;
  RtpStats Stats() const;  // that of Snapshot, without a text and so without an allocation
  // Nothing when no packet came since then.
  std::optional<double> JitterMs(Clock::Time since) const { return receiver_.JitterMs(since); }

 private:
  const uint64_t number_;
  rtp::Sender sender_;
  rtp::Receiver receiver_;
  const std::unique_ptr<Processor> processor_;
};

}  // namespace benari::media
