#include "media/io/worker_pool.h"

#include <algorithm>
#include <map>
#include <utility>

#include "media/net/udp_socket.h"

namespace benari::media {

namespace {

// Collects what several workers answer. Its parts come as tasks, one after the other.
template <typename Result>
struct Gather {
  size_t missing;  // parts
  absl::Status status;
  Result result;
  absl::AnyInvocable<void(absl::StatusOr<Result>)> done;

  void OnPart(const absl::Status& part_status) {
    status.Update(part_status);
    if (--missing > 0) return;
    if (status.ok()) return done(std::move(result));
    done(status);
  }
};

}  // namespace

WorkerPool::WorkerPool(const SocketAddress& bind, std::vector<std::unique_ptr<IoEngine>> engines,
                       const ProcessorOptions& processors, WorkerProxy::Executor executor,
                       WorkerProxy::ChangeCallback on_change)
    : bind_(bind), executor_(executor), open_sockets_(engines.size()) {
  for (auto& engine : engines) {
    workers_.push_back(std::make_unique<WorkerProxy>(std::move(engine), processors, executor, on_change));
  }
}

absl::StatusOr<SocketId> WorkerPool::Open(uint16_t port) {
  SocketAddress address = bind_;
  address.port = port;
  absl::StatusOr<UdpSocket> socket = UdpSocket::Bind(address);
  if (!socket.ok()) return socket.status();
  MutexLock lock(&mutex_);
  const auto least = std::min_element(open_sockets_.begin(), open_sockets_.end());
  const auto worker = static_cast<size_t>(least - open_sockets_.begin());
  const SocketId id = ++opened_ * workers_.size() + worker;
  if (absl::Status added = workers_[worker]->Add(id, *std::move(socket)); !added.ok()) return added;
  ++*least;
  return id;
}

absl::Status WorkerPool::Start(SocketId socket, const SessionStart& start, SnapshotCallback started) {
  return workers_[WorkerOf(socket)]->Start(socket, start, std::move(started));
}

void WorkerPool::Stop(SocketId socket, SnapshotCallback done) {
  workers_[WorkerOf(socket)]->Stop(socket, std::move(done));
}

void WorkerPool::Close(SocketId socket, SnapshotCallback done) {
  const size_t worker = WorkerOf(socket);
  {
    MutexLock lock(&mutex_);
    --open_sockets_[worker];
  }
  workers_[worker]->Close(socket, std::move(done));
}

void WorkerPool::Read(std::vector<SocketId> sockets, SnapshotsCallback done) {
  using Snapshots = std::vector<SessionSnapshot>;
  std::map<size_t, std::vector<size_t>> places;  // in the answer, by worker
  for (size_t i = 0; i < sockets.size(); ++i) places[WorkerOf(sockets[i])].push_back(i);
  if (places.empty()) return Execute([done = std::move(done)]() mutable { done(Snapshots()); });

  auto gather = std::make_shared<Gather<Snapshots>>();
  gather->missing = places.size();
  gather->result.resize(sockets.size());
  gather->done = std::move(done);
  for (const auto& [worker, at] : places) {
    std::vector<SocketId> ids;
    for (const size_t place : at) ids.push_back(sockets[place]);
    const auto on_part = [gather, at = at](absl::StatusOr<Snapshots> part) {
      for (size_t i = 0; i < at.size(); ++i) gather->result[at[i]] = std::move((*part)[i]);
      gather->OnPart(absl::OkStatus());
    };
    const absl::Status queued = workers_[worker]->Read(std::move(ids), on_part);
    if (!queued.ok()) Execute([gather, queued] { gather->OnPart(queued); });
  }
}

void WorkerPool::CommandBot(SocketId socket, BotCommand command, StatusCallback done) {
  auto shared = std::make_shared<StatusCallback>(std::move(done));
  const absl::Status queued = workers_[WorkerOf(socket)]->CommandBot(
      socket, std::move(command), [shared](const absl::Status& taken) { (*shared)(taken); });
  if (!queued.ok()) Execute([shared, queued] { (*shared)(queued); });
}

void WorkerPool::ReadTotals(absl::AnyInvocable<void(absl::StatusOr<std::vector<WorkerTotals>>)> done) {
  auto gather = std::make_shared<Gather<std::vector<WorkerTotals>>>();
  gather->missing = workers_.size();
  gather->result.resize(workers_.size());
  gather->done = std::move(done);
  for (size_t i = 0; i < workers_.size(); ++i) {
    const absl::Status queued = workers_[i]->ReadTotals([gather, i](const WorkerTotals& part) {
      gather->result[i] = part;
      gather->OnPart(absl::OkStatus());
    });
    if (!queued.ok()) Execute([gather, queued] { gather->OnPart(queued); });
  }
}

void WorkerPool::Execute(Task task) {
  std::vector<Task> tasks;
  tasks.push_back(std::move(task));
  executor_(std::move(tasks));
}

}  // namespace benari::media
