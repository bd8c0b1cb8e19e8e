#include "media/io/worker.h"

#include <algorithm>
#include <ctime>

#include "common/log.h"

namespace benari::media {

bool Worker::RunOnce() {
  const IoEngine::Ran ran = engine_->RunOnce(running_ > 0 ? std::optional(WaitUntil()) : std::nullopt);
  if (now_ != Clock::Time()) {
    totals_.rounds.Observe(std::chrono::duration<double>(ran.waits_since - now_).count());
  }
  now_ = ran.now;
  RunTicks();
  if (now_ >= next_sweep_) Sweep();
  if (ran.woken) engine_->Flush();  // who is about to read or stop a session sees what it has sent
  return ran.woken;
}

Clock::Time Worker::WaitUntil() const {
  return ticks_.Next() ? std::min(*ticks_.Next(), next_sweep_) : next_sweep_;
}

void Worker::AddTick(SocketId id, const RtpSocket& socket) {
  if (socket.next_tick()) ticks_.Add(*socket.next_tick(), id);
}

// One tick of each session at most, so that packets have their turn where ticks are late.
void Worker::RunTicks() {
  for (size_t left = ticks_.size(); left > 0; --left) {
    const auto tick = ticks_.TakeDue(now_);
    if (!tick) return;
    RtpSocket* const socket = Find(tick->socket);
    if (socket == nullptr || socket->next_tick() != tick->due) continue;  // of a session that has ended
    socket->OnTick(now_);
    AddTick(tick->socket, *socket);
  }
}

void Worker::Sweep() {
  next_sweep_ = now_ + kSweepInterval;
  size_t turn = sweeps_++;
  for (const auto& [id, socket] : sockets_) {
    socket->LookForSilence(now_);
    if (turn++ % kSweepsToReadOverflow == 0) socket->ReadOverflow();
  }
  ObserveJitter();
}

void Worker::ObserveJitter() {
  if (now_ < next_jitter_) return;
  next_jitter_ = now_ + kJitterInterval;
  for (const auto& [id, socket] : sockets_) {
    if (const auto jitter_ms = socket->JitterMs(now_ - kJitterInterval)) {
      totals_.jitter.Observe(*jitter_ms / 1000);
    }
  }
}

void Worker::Add(SocketId id, UdpSocket socket) {
  auto owned = std::make_unique<RtpSocket>(id, std::move(socket), *engine_, factory_, &changes_);
  if (const absl::Status added = engine_->Add(owned.get()); !added.ok()) {
    log::Error("cannot register socket with the I/O engine",
               {{"error", added.message()}});  // the session will miss its media and say so
  }
  sockets_[id] = std::move(owned);
}

void Worker::Start(SocketId id, const SessionStart& start) {
  RtpSocket* socket = Find(id);
  if (socket == nullptr) return;
  if (!socket->running()) ++running_;
  socket->Start(start, now_);
  AddTick(id, *socket);
}

SessionSnapshot Worker::Stop(SocketId id) {
  RtpSocket* socket = Find(id);
  if (socket == nullptr) return {};
  if (socket->running()) --running_;
  socket->Stop();
  return socket->Snapshot();
}

absl::Status Worker::CommandBot(SocketId id, const BotCommand& command) {
  RtpSocket* socket = Find(id);
  if (socket == nullptr) return absl::FailedPreconditionError("the lease has ended");
  return socket->OnCommand(command);
}

SessionSnapshot Worker::Close(SocketId id) {
  SessionSnapshot last = Stop(id);
  if (RtpSocket* socket = Find(id)) {
    engine_->Remove(socket);
    socket->ReadOverflow();
    totals_.rtp += socket->Totals();
    sockets_.erase(id);
  }
  return last;
}

void Worker::CloseAll() {
  for (const auto& [id, socket] : sockets_) engine_->Remove(socket.get());
  sockets_.clear();
}

SessionSnapshot Worker::Read(SocketId id) const {
  const RtpSocket* socket = Find(id);
  return socket == nullptr ? SessionSnapshot() : socket->Snapshot();
}

WorkerTotals Worker::Totals() const {
  WorkerTotals totals = totals_;
  totals.bots = factory_.bot_totals();
  for (const auto& [id, socket] : sockets_) totals.rtp += socket->Totals();
  timespec used = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  totals.cpu_seconds = static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
  return totals;
}

RtpSocket* Worker::Find(SocketId id) const {
  const auto found = sockets_.find(id);
  return found == sockets_.end() ? nullptr : found->second.get();
}

}  // namespace benari::media
