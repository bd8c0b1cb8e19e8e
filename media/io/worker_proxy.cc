#include "media/io/worker_proxy.h"

#include <pthread.h>

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace benari::media {

WorkerProxy::WorkerProxy(std::unique_ptr<IoEngine> engine, const ProcessorOptions& processors,
                         Executor executor, ChangeCallback on_change)
    : worker_(std::move(engine), processors),
      executor_(std::move(executor)),
      on_change_(std::move(on_change)),
      thread_([this] { Run(); }) {}

WorkerProxy::~WorkerProxy() {
  stopping_ = true;
  worker_.Wake();
  thread_.join();
}

void WorkerProxy::Run() {
  pthread_setname_np(pthread_self(), "worker");
  bool stopping = false;
  while (!stopping) {
    std::vector<Task> tasks;
    const bool woken = worker_.RunOnce();
    AddChanges(&tasks);
    if (woken) {
      stopping = stopping_;  // read first: what was queued before it was set is still done
      DoCommands(&tasks);
      AddChanges(&tasks);  // of packets that came while a socket was closed
    }
    if (!tasks.empty()) executor_(std::move(tasks));
  }
  worker_.CloseAll();
}

void WorkerProxy::AddChanges(std::vector<Task>* tasks) {
  for (SocketChange& change : worker_.TakeChanges()) {
    tasks->push_back([on_change = on_change_, change = std::move(change)] { on_change(change); });
  }
}

void WorkerProxy::DoCommands(std::vector<Task>* tasks) {
  std::vector<Command> commands;
  {
    MutexLock lock(&mutex_);
    commands.swap(commands_);
  }
  for (Command& command : commands) {
    if (Task task = command(worker_)) tasks->push_back(std::move(task));
  }
}

bool WorkerProxy::Put(Command command, size_t most) {
  bool first = false;
  {
    MutexLock lock(&mutex_);
    if (commands_.size() >= most) return false;
    first = commands_.empty();
    commands_.push_back(std::move(command));
  }
  if (first) worker_.Wake();  // else it was woken for those before
  return true;
}

absl::Status WorkerProxy::Queue(Command command) {
  if (Put(std::move(command), kMaxQueued)) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("a worker has ", kMaxQueued, " commands to do"));
}

void WorkerProxy::QueueAlways(Command command) {
  Put(std::move(command), std::numeric_limits<size_t>::max());
}

absl::Status WorkerProxy::Add(SocketId id, UdpSocket socket) {
  return Queue([id, socket = std::move(socket)](Worker& worker) mutable {
    worker.Add(id, std::move(socket));
    return Task();
  });
}

absl::Status WorkerProxy::Start(SocketId id, const SessionStart& start,
                                SessionRunner::SnapshotCallback started) {
  return Queue([id, start, started = std::move(started)](Worker& worker) mutable -> Task {
    worker.Start(id, start);
    return [started = std::move(started), first = worker.Read(id)]() mutable { started(first); };
  });
}

absl::Status WorkerProxy::Read(std::vector<SocketId> ids, SessionRunner::SnapshotsCallback done) {
  return Queue([ids = std::move(ids), done = std::move(done)](Worker& worker) mutable -> Task {
    std::vector<SessionSnapshot> snapshots;
    snapshots.reserve(ids.size());
    for (const SocketId id : ids) snapshots.push_back(worker.Read(id));
    return
        [done = std::move(done), snapshots = std::move(snapshots)]() mutable { done(std::move(snapshots)); };
  });
}

absl::Status WorkerProxy::CommandBot(SocketId id, BotCommand command, SessionRunner::StatusCallback done) {
  return Queue([id, command = std::move(command), done = std::move(done)](Worker& worker) mutable -> Task {
    return [done = std::move(done), taken = worker.CommandBot(id, command)]() mutable { done(taken); };
  });
}

absl::Status WorkerProxy::ReadTotals(absl::AnyInvocable<void(const WorkerTotals&)> done) {
  return Queue([done = std::move(done)](Worker& worker) mutable -> Task {
    return [done = std::move(done), totals = worker.Totals()]() mutable { done(totals); };
  });
}

void WorkerProxy::Stop(SocketId id, SessionRunner::SnapshotCallback done) {
  QueueAlways([id, done = std::move(done)](Worker& worker) mutable -> Task {
    return [done = std::move(done), last = worker.Stop(id)]() mutable { done(last); };
  });
}

void WorkerProxy::Close(SocketId id, SessionRunner::SnapshotCallback done) {
  QueueAlways([id, done = std::move(done)](Worker& worker) mutable -> Task {
    return [done = std::move(done), last = worker.Close(id)]() mutable { done(last); };
  });
}

}  // namespace benari::media
