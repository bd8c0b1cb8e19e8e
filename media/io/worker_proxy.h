#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "common/mutex.h"
#include "media/io/worker.h"

namespace benari::media {

// Runs the thread of a worker, and is the only access to it: commands are queued and executed by the thread
// in order. Results and media changes leave as tasks for another thread. Thread-safe.
class WorkerProxy {
 public:
  using Executor = std::function<void(std::vector<Task>)>;  // must not block; any thread
  using ChangeCallback = std::function<void(const SocketChange&)>;

  // Limit of queued commands. Stop and Close are exempt: each socket has one of each.
  static constexpr size_t kMaxQueued = 10000;

  // `on_change` is called in tasks too.
  WorkerProxy(std::unique_ptr<IoEngine> engine, const ProcessorOptions& processors, Executor executor,
              ChangeCallback on_change);
  ~WorkerProxy();  // does what is queued, closes the sockets

  // RESOURCE_EXHAUSTED: too many commands wait; the socket is closed, the command not done.
  absl::Status Add(SocketId id, UdpSocket socket);
  absl::Status Start(SocketId id, const SessionStart& start, SessionRunner::SnapshotCallback started);
  absl::Status Read(std::vector<SocketId> ids, SessionRunner::SnapshotsCallback done);
  absl::Status CommandBot(SocketId id, BotCommand command, SessionRunner::StatusCallback done);
  absl::Status ReadTotals(absl::AnyInvocable<void(const WorkerTotals&)> done);

  void Stop(SocketId id, SessionRunner::SnapshotCallback done);
  void Close(SocketId id, SessionRunner::SnapshotCallback done);

 private:
  // Runs on the worker's thread; what it returns goes to the executor.
  using Command = absl::AnyInvocable<Task(Worker&)>;

  // False: `most` wait already.
  bool Put(Command command, size_t most) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Queue(Command command) ABSL_LOCKS_EXCLUDED(mutex_);
  void QueueAlways(Command command) ABSL_LOCKS_EXCLUDED(mutex_);
  void Run();
  void AddChanges(std::vector<Task>* tasks);
  void DoCommands(std::vector<Task>* tasks) ABSL_LOCKS_EXCLUDED(mutex_);

  Worker worker_;
  const Executor executor_;
  const ChangeCallback on_change_;
  std::atomic<bool> stopping_ = false;
  Mutex mutex_;
  std::vector<Command> commands_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses the others
};

}  // namespace benari::media
