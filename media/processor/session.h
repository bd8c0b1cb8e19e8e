#pragma once

#include <memory>
#include <optional>
#include <span>

#include "media/processor/processor.h"
#include "media/processor/session_types.h"
#include "media/rtp/receiver.h"
#include "media/rtp/sender.h"

namespace benari::media {

class ProcessorFactory;

// A session on a lease: the receiver of the peer's stream, the processor, and the sender of our stream. Uses
// no socket and no clock. Owned by one worker.
class Session {
 public:
  // Packets that the processor originates leave through `outlet`, which must outlive the session.
  Session(const SessionStart& start, rtp::Outlet& outlet, ProcessorFactory& factory, Clock::Time now);

  // Passes a valid packet to the processor and returns kNone; otherwise drops and counts it, and returns why.
  DropReason OnDatagram(Clock::Time now, std::span<uint8_t> datagram, const SocketAddress& source) {
    rtp::Packet packet;
    const DropReason reason = receiver_.OnDatagram(now, datagram, source, &packet);
    if (reason == DropReason::kNone) processor_->OnPacket(now, packet, datagram, sender_);
    return reason;
  }
  void OnTruncated(const SocketAddress& source) { receiver_.OnTruncated(source); }
  // Returns true if the processor reflected the last datagram: it is to be sent to its source as it is now.
  bool TakeReflected() { return sender_.TakeReflected(); }
  // True once media begins to flow: the first valid packet arrived, or the first after a diagnosed silence.
  bool TakeFlowBegan() { return receiver_.TakeFlowBegan(); }

  // Reports whether the system took a packet of ours.
  void OnSendDone(Clock::Time now, size_t bytes, bool sent) { sender_.OnSendDone(now, bytes, sent); }

  std::optional<Clock::Time> NextTick() const { return processor_->NextTick(); }
  void OnTick(Clock::Time now) { processor_->OnTick(now, sender_); }
  ProcessorState processor_state() const { return processor_->state(); }

  // Processor's; nothing but Snapshot and Stats is called after Stop.
  absl::Status OnCommand(const BotCommand& command) { return processor_->OnCommand(command); }
  void Stop() { processor_->Stop(); }

  // Returns true if the diagnosis changed.
  bool LookForSilence(Clock::Time now) { return receiver_.OnTime(now); }

  const SocketAddress& peer() const { return receiver_.peer(); }
  SessionSnapshot Snapshot() const;
  RtpStats Stats() const;  // that of Snapshot, without a text and so without an allocation
  // nullopt if no packet arrived since `since`.
  std::optional<double> JitterMs(Clock::Time since) const { return receiver_.JitterMs(since); }

 private:
  const uint64_t number_;
  rtp::Sender sender_;
  rtp::Receiver receiver_;
  const std::unique_ptr<Processor> processor_;
};

}  // namespace benari::media
