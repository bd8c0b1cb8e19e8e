#pragma once

#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "common/clock.h"
#include "media/io/io_engine.h"
#include "media/io/rtp_socket.h"
#include "media/io/tick_queue.h"
#include "media/processor/duration_histogram.h"

namespace benari::media {

using Task = absl::AnyInvocable<void()>;

// Counters of a worker since its start.
struct WorkerTotals {
  RtpStats rtp;              // of all sessions there ever were
  BotTotals bots;            // likewise
  DurationHistogram rounds;  // from the end of a wait to the next wait; some engines move packets in the wait
  double cpu_seconds = 0;    // that the thread has used since it began
  DurationHistogram jitter;  // RFC 3550 A.8; each kJitterInterval, of the sessions that got packets in it
};

// The sockets and sessions of one thread. Nothing here is shared; other threads go through WorkerProxy. Owned
// by one worker.
class Worker {
 public:
  // Interval of the check for silence, and so the largest delay of a diagnosis.
  static constexpr std::chrono::milliseconds kSweepInterval{100};
  static constexpr std::chrono::seconds kJitterInterval{1};
  // Each sweep reads the overflow counter of one socket in this many.
  static constexpr size_t kSweepsToReadOverflow = 20;

  Worker(std::unique_ptr<IoEngine> engine, const ProcessorOptions& processors)
      : engine_(std::move(engine)), factory_(processors) {}

  // Runs one round: waits, moves packets, runs due ticks, checks for silence. Returns true if Wake was
  // called.
  bool RunOnce();
  // Ends the wait. Any thread.
  void Wake() { engine_->Wake(); }

  void Add(SocketId id, UdpSocket socket);
  void Start(SocketId id, const SessionStart& start);
  SessionSnapshot Stop(SocketId id);
  absl::Status CommandBot(SocketId id, const BotCommand& command);  // errors as of Processor
  SessionSnapshot Close(SocketId id);
  void CloseAll();
  SessionSnapshot Read(SocketId id) const;  // an empty one where there is no such socket
  WorkerTotals Totals() const;
  std::vector<SocketChange> TakeChanges() { return std::exchange(changes_, {}); }

 private:
  RtpSocket* Find(SocketId id) const;
  Clock::Time WaitUntil() const;
  void AddTick(SocketId id, const RtpSocket& socket);
  void RunTicks();
  void Sweep();
  void ObserveJitter();

  const std::unique_ptr<IoEngine> engine_;
  ProcessorFactory factory_;
  std::vector<SocketChange> changes_;
  absl::flat_hash_map<SocketId, std::unique_ptr<RtpSocket>> sockets_;
  WorkerTotals totals_;  // but for the packets of open sockets
  Clock::Time now_;      // of the last round
  TickQueue ticks_;      // perhaps with some of sessions that have ended
  Clock::Time next_sweep_;
  size_t sweeps_ = 0;
  Clock::Time next_jitter_;
  size_t running_ = 0;
};

}  // namespace benari::media
