#pragma once

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "media/io/worker_proxy.h"
#include "media/lease/session_runner.h"

namespace benari::media {

// The SessionRunner on real sockets. Each socket goes to the worker that has the fewest. Thread-safe.
class WorkerPool : public SessionRunner {
 public:
  // One worker for each engine, at least one. `bind` has the address; its port is not used. `executor` runs
  // what it gets on a single thread, in order. Both callbacks as in WorkerProxy.
  WorkerPool(const SocketAddress& bind, std::vector<std::unique_ptr<IoEngine>> engines,
             const ProcessorOptions& processors, WorkerProxy::Executor executor,
             WorkerProxy::ChangeCallback on_change);

  absl::StatusOr<SocketId> Open(uint16_t port) override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Start(SocketId socket, const SessionStart& start, SnapshotCallback started) override;
  void Stop(SocketId socket, SnapshotCallback done) override;
  void Close(SocketId socket, SnapshotCallback done) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Read(std::vector<SocketId> sockets, SnapshotsCallback done) override;
  void CommandBot(SocketId socket, BotCommand command, StatusCallback done) override;

  // By worker. RESOURCE_EXHAUSTED in `done` as in Read.
  void ReadTotals(absl::AnyInvocable<void(absl::StatusOr<std::vector<WorkerTotals>>)> done);

 private:
  void Execute(Task task);
  size_t WorkerOf(SocketId socket) const { return socket % workers_.size(); }

  const SocketAddress bind_;
  const WorkerProxy::Executor executor_;
  Mutex mutex_;
  std::vector<size_t> open_sockets_ ABSL_GUARDED_BY(mutex_);  // by worker
  uint64_t opened_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<WorkerProxy>> workers_;
};

}  // namespace benari::media
