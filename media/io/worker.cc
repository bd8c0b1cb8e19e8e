#include "media/io/worker.h"

#include <ctime>

#include "common/log.h"

namespace benari::media {

bool Worker::RunOnce() {
  const IoEngine::Ran ran = engine_->RunOnce(running_ > 0 ? std::optional(next_tick_) : std::nullopt);
  if (now_ != Clock::Time()) {
    totals_.rounds.Observe(std::chrono::duration<double>(ran.waits_since - now_).count());
  }
  now_ = ran.now;
  if (now_ >= next_tick_) {
    next_tick_ = now_ + kTick;
    size_t turn = ticks_++;
    for (const auto& [id, socket] : sockets_) {
      socket->OnTime(now_);
      if (turn++ % kTicksToReadOverflow == 0) socket->ReadOverflow();
    }
    ObserveJitter();
  }
  return ran.woken;
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
  auto owned = std::make_unique<RtpSocket>(id, std::move(socket), &changes_);
  if (const absl::Status added = engine_->Add(owned.get()); !added.ok()) {
    log::Error("socket is deaf", {{"error", added.message()}});  // the session will miss its media and say so
  }
  sockets_[id] = std::move(owned);
}

void Worker::Start(SocketId id, const SessionStart& start) {
  RtpSocket* socket = Find(id);
  if (socket == nullptr) return;
  if (!socket->running()) ++running_;
  socket->Start(start, now_);
}

SessionSnapshot Worker::Stop(SocketId id) {
  RtpSocket* socket = Find(id);
  if (socket == nullptr) return {};
  if (socket->running()) --running_;
  socket->Stop();
  return socket->Snapshot();
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
