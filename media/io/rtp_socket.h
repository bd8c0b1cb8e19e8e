#pragma once

#include <optional>
#include <vector>

#include "media/io/io_engine.h"
#include "media/lease/session_runner.h"
#include "media/net/udp_socket.h"
#include "media/processor/echo_session.h"

namespace benari::media {

struct SocketChange {
  SocketId socket = 0;
  MediaChange change = MediaChange::kFlowing;
  SessionSnapshot snapshot;
};

// A leased socket and the session on it, if one runs. Owned by one worker.
class RtpSocket : public DatagramHandler {
 public:
  // `changes` takes what happens and outlives the socket.
  RtpSocket(SocketId id, UdpSocket socket, std::vector<SocketChange>* changes)
      : id_(id), socket_(std::move(socket)), changes_(changes) {}

  int fd() const override { return socket_.fd(); }
  void OnDatagrams(Clock::Time now, std::span<Datagram> datagrams) override;
  void OnSendDone(Clock::Time now, const Datagram& datagram, bool sent) override;

  void Start(const SessionStart& start, Clock::Time now);
  void Stop() { running_ = false; }
  void OnTime(Clock::Time now);

  bool running() const { return running_; }
  // Of the last session; dropped[kNoSession] and dropped[kOverflow] are of the whole lease.
  SessionSnapshot Snapshot() const;
  // Of the running session; nothing when it got no packet since then.
  std::optional<double> JitterMs(Clock::Time since) const;
  // Of all sessions of the lease. Asks the system nothing: kOverflow is as of the last ReadOverflow.
  RtpStats Totals() const;
  void ReadOverflow() { overflowed_ = socket_.Overflowed(); }

 private:
  const SocketId id_;
  UdpSocket socket_;
  std::vector<SocketChange>* const changes_;
  std::optional<EchoSession> session_;
  bool running_ = false;
  uint64_t no_session_ = 0;
  uint64_t overflowed_ = 0;
  RtpStats earlier_sessions_;
};

}  // namespace benari::media
