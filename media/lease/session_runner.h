#pragma once

#include <cstdint>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "media/processor/bot_command.h"
#include "media/processor/session_types.h"

namespace benari::media {

using SocketId = uint64_t;  // never used twice by one runner

enum class MediaChange {
  kFlowing,
  kMissing,
  kBotReady,
  kBotLost,   // and dialled again
  kFinished,  // the processor is
};

// The packet side as SessionRegistry sees it: threads and sockets in the service, a model in the simulation.
// Commands for one socket take effect in the order of the calls. A callback is called exactly once, never
// from within the call that was given it, in the order of the commands of its socket, with no lock held.
// Thread-safe.
class SessionRunner {
 public:
  using SnapshotCallback = absl::AnyInvocable<void(const SessionSnapshot&)>;
  using StatusCallback = absl::AnyInvocable<void(const absl::Status&)>;
  using SnapshotsCallback = absl::AnyInvocable<void(absl::StatusOr<std::vector<SessionSnapshot>>)>;

  virtual ~SessionRunner() = default;

  // Binds a UDP socket before it returns; datagrams are dropped until Start. ALREADY_EXISTS: the port is
  // taken, another may do. RESOURCE_EXHAUSTED, UNAVAILABLE: another port would not do either.
  virtual absl::StatusOr<SocketId> Open(uint16_t port) = 0;

  // Begins a session with empty statistics, in the place of one that was stopped. RESOURCE_EXHAUSTED: too
  // much is waiting to be done; nothing happens, `started` is not called.
  virtual absl::Status Start(SocketId socket, const SessionStart& start, SnapshotCallback started) = 0;

  // Ends the session; its statistics stay readable until Close.
  virtual void Stop(SocketId socket, SnapshotCallback done) = 0;

  // Ends the session and closes the socket; `done` comes when the port can be bound again.
  virtual void Close(SocketId socket, SnapshotCallback done) = 0;

  // One snapshot for each socket, in that order; an empty one where it is closed. RESOURCE_EXHAUSTED as
  // Start.
  virtual void Read(std::vector<SocketId> sockets, SnapshotsCallback done) = 0;

  // For the bot of the session. FAILED_PRECONDITION: no bot runs on it, or it has ended. RESOURCE_EXHAUSTED:
  // as Start, or the bot has not taken the digits before these.
  virtual void CommandBot(SocketId socket, BotCommand command, StatusCallback done) = 0;
};

}  // namespace benari::media
