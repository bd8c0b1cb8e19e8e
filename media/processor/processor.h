#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "common/clock.h"
#include "media/processor/bot/status.h"
#include "media/processor/bot_command.h"
#include "media/rtp/packet.h"
#include "media/rtp/sender.h"

namespace benari::media {

enum class ProcessorState {
  kPreparing,  // cannot do yet, or again, what its configuration asks for
  kActive,
  kFinished,  // has done all that its configuration asks for
};

// What a session does with its audio: receives the packets of the peer and sends its own. Implementations
// must not wait, lock, allocate per packet or read a clock. Owned by one worker.
class Processor {
 public:
  virtual ~Processor() = default;

  // Called once for each valid packet of the peer. `datagram` contains it, header included, and may be
  // modified.
  virtual void OnPacket(Clock::Time now, const rtp::Packet& packet, std::span<uint8_t> datagram,
                        rtp::Sender& out) = 0;

  // When OnTick is due, such as every 20 ms of playout; it is called up to 1 ms later. Queried at the start
  // and after each OnTick; nullopt: OnTick is not called any more.
  virtual std::optional<Clock::Time> NextTick() const { return std::nullopt; }
  virtual void OnTick(Clock::Time /*now*/, rtp::Sender& /*out*/) {}

  // The session is over. Afterwards only state and bot_status are called.
  virtual void Stop() {}

  // FAILED_PRECONDITION: there is no bot, or it has ended. RESOURCE_EXHAUSTED: it has not taken the digits
  // before these.
  virtual absl::Status OnCommand(const BotCommand& /*command*/) {
    return absl::FailedPreconditionError("no bot runs on the session");
  }

  // Changes in OnTick only.
  virtual ProcessorState state() const { return ProcessorState::kActive; }
  // nullopt: this is no bot. May allocate.
  virtual std::optional<BotStatus> bot_status() const { return std::nullopt; }
};

}  // namespace benari::media
