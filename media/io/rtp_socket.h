#pragma once

#include <array>
#include <optional>
#include <vector>

#include "media/io/io_engine.h"
#include "media/lease/session_runner.h"
#include "media/net/dialled_address.h"
#include "media/net/udp_socket.h"
#include "media/processor/factory.h"
#include "media/processor/session.h"

namespace benari::media {

struct SocketChange {
  SocketId socket = 0;
  MediaChange change = MediaChange::kFlowing;
  SessionSnapshot snapshot;
};

// A leased socket and the session on it, if one runs. Owned by one worker.
class RtpSocket : public DatagramHandler, public rtp::Outlet {
 public:
  // `engine` sends the packets of the session, `factory` makes its processor, `changes` collects its media
  // changes. All must outlive the socket.
  RtpSocket(SocketId id, UdpSocket socket, IoEngine& engine, ProcessorFactory& factory,
            std::vector<SocketChange>* changes)
      : id_(id), socket_(std::move(socket)), engine_(engine), factory_(factory), changes_(changes) {}
  ~RtpSocket() override { Stop(); }
  RtpSocket(const RtpSocket&) = delete;
  RtpSocket& operator=(const RtpSocket&) = delete;

  int fd() const override { return socket_.fd(); }
  void OnDatagrams(Clock::Time now, std::span<Datagram> datagrams) override;
  void OnSendDone(Clock::Time now, size_t bytes, bool sent) override {
    session_->OnSendDone(now, bytes, sent);
  }
  void SendToPeer(std::span<const uint8_t> datagram) override;

  void Start(const SessionStart& start, Clock::Time now);
  void Stop();
  // Errors as of Processor.
  absl::Status OnCommand(const BotCommand& command);
  void LookForSilence(Clock::Time now);

  // When OnTick is due, on the grid of TickQueue; nullopt: never.
  std::optional<Clock::Time> next_tick() const { return next_tick_; }
  void OnTick(Clock::Time now);

  bool running() const { return running_; }
  // Of the last session; dropped[kNoSession] and dropped[kOverflow] are of the whole lease.
  SessionSnapshot Snapshot() const;
  // Jitter of the running session; nullopt if no packet arrived since `since`.
  std::optional<double> JitterMs(Clock::Time since) const;
  // Sum over all sessions of the lease. Makes no system call: kOverflow is as of the last ReadOverflow.
  RtpStats Totals() const;
  void ReadOverflow() { overflowed_ = socket_.Overflowed(); }

 private:
  void AskForTick();

  const SocketId id_;
  UdpSocket socket_;
  IoEngine& engine_;
  ProcessorFactory& factory_;
  std::vector<SocketChange>* const changes_;
  std::optional<Session> session_;
  bool running_ = false;
  std::optional<Clock::Time> next_tick_;
  // The local address that the peer dialled, from its first packet; datagrams are sent from it.
  std::array<uint8_t, kDialledAddressBytes> dialled_;
  size_t dialled_bytes_ = 0;
  uint64_t no_session_ = 0;
  uint64_t overflowed_ = 0;
  RtpStats earlier_sessions_;
};

}  // namespace benari::media
