#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/clock.h"
#include "media/rtp/packet.h"
#include "media/rtp/sender.h"

namespace benari::media {

enum class ProcessorState { kActive, kFinished };

// What a session does with the audio: it hears the peer's packets and sends its own. Nothing in it waits,
// locks, allocates per packet or reads a clock. Owned by one worker.
class Processor {
 public:
  virtual ~Processor() = default;

  // A valid packet of the peer, each once. `datagram` holds it, header included, and may be changed in place.
  virtual void OnPacket(Clock::Time now, const rtp::Packet& packet, std::span<uint8_t> datagram,
                        rtp::Sender& out) = 0;

  // When OnTick is due, such as each 20 ms of playout: it comes within a millisecond after it, without a
  // system call of its own. Asked at the start and after each OnTick; nothing: never again.
  virtual std::optional<Clock::Time> NextTick() const { return std::nullopt; }
  virtual void OnTick(Clock::Time /*now*/, rtp::Sender& /*out*/) {}

  // kFinished: it has done all that it was asked to.
  virtual ProcessorState state() const { return ProcessorState::kActive; }
};

}  // namespace benari::media
