#pragma once

#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "media/lease/session_runner.h"

namespace benari::media {

// A packet side without sockets and threads: a table of what is open, and answers that wait for Deliver.
// Confined to one thread.
class FakeSessionRunner : public SessionRunner {
 public:
  struct Socket {
    uint16_t port = 0;
    bool running = false;
    SessionSnapshot snapshot;
    std::vector<BotCommand> commands;  // that the bot got
  };

  absl::StatusOr<SocketId> Open(uint16_t port) override {
    if (!open_failure.ok()) return open_failure;
    if (ports_of_others.contains(port))
      return absl::AlreadyExistsError(absl::StrCat("port ", port, " is taken"));
    if (!open_ports_.insert(port).second)
      return absl::AlreadyExistsError(absl::StrCat("port ", port, " is still open"));
    sockets[++last_id_].port = port;
    return last_id_;
  }

  absl::Status Start(SocketId id, const SessionStart& start, SnapshotCallback started) override {
    if (!start_failure.ok()) return start_failure;
    Socket& socket = sockets.at(id);
    socket.running = true;
    socket.snapshot = SessionSnapshot();
    socket.snapshot.peer = start.config.peer;
    socket.snapshot.ssrc = start.ssrc;
    socket.snapshot.number = start.number;
    pending_.push_back([first = socket.snapshot, started = std::move(started)]() mutable { started(first); });
    ++starts;
    return absl::OkStatus();
  }

  void Stop(SocketId id, SnapshotCallback done) override {
    Socket& socket = sockets.at(id);
    socket.running = false;
    pending_.push_back([last = socket.snapshot, done = std::move(done)]() mutable { done(last); });
  }

  void Close(SocketId id, SnapshotCallback done) override {
    pending_.push_back([last = sockets.at(id).snapshot, done = std::move(done)]() mutable { done(last); });
    open_ports_.erase(sockets.at(id).port);
    sockets.erase(id);
  }

  void Read(std::vector<SocketId> ids, SnapshotsCallback done) override {
    std::vector<SessionSnapshot> snapshots;
    for (const SocketId id : ids) {
      snapshots.push_back(sockets.contains(id) ? sockets.at(id).snapshot : SessionSnapshot());
    }
    pending_.push_back(
        [snapshots = std::move(snapshots), done = std::move(done)]() mutable { done(std::move(snapshots)); });
  }

  void CommandBot(SocketId id, BotCommand command, StatusCallback done) override {
    if (command_failure.ok()) sockets.at(id).commands.push_back(std::move(command));
    pending_.push_back([taken = command_failure, done = std::move(done)]() mutable { done(taken); });
  }

  // Runs the callbacks that wait, and those that come of them.
  void Deliver() {
    while (!pending_.empty()) {
      auto next = std::move(pending_.front());
      pending_.pop_front();
      next();
    }
  }

  SocketId IdOfPort(uint16_t port) const {
    for (const auto& [id, socket] : sockets) {
      if (socket.port == port) return id;
    }
    return 0;
  }

  absl::Status open_failure;
  absl::Status start_failure;
  absl::Status command_failure;
  std::set<uint16_t> ports_of_others;  // that another process has bound
  std::map<SocketId, Socket> sockets;  // the open ones
  int starts = 0;

 private:
  std::deque<absl::AnyInvocable<void()>> pending_;
  std::set<uint16_t> open_ports_;
  SocketId last_id_ = 0;
};

}  // namespace benari::media
