#pragma once

#include <sys/epoll.h>

#include <array>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "common/batch_window.h"
#include "media/io/io_engine.h"
#include "media/io/packet_batch.h"
#include "media/io/send_batch.h"

namespace benari::media {

// An engine on edge-triggered epoll, with one recvmmsg and sendmmsg per ready socket. Each socket gets one
// batch per round, so that a flood on one does not starve the others. Owned by one worker, except for Wake.
class EpollEngine : public IoEngine {
 public:
  // RESOURCE_EXHAUSTED: no file descriptor left. `clock` outlives the engine.
  static absl::StatusOr<std::unique_ptr<IoEngine>> Create(const Clock& clock, Clock::Duration batch_window);
  ~EpollEngine() override;

  absl::Status Add(DatagramHandler* handler) override;
  void Send(DatagramHandler* handler, const OutgoingDatagram& datagram) override;
  void Flush() override;
  void Remove(DatagramHandler* handler) override;
  Ran RunOnce(std::optional<Clock::Time> until) override;
  void Wake() override;

 private:
  static constexpr size_t kMaxEvents = 1024;  // a round

  struct Socket {
    DatagramHandler* handler = nullptr;
    uint64_t served_in = 0;  // the last round that gave it a batch
  };

  EpollEngine(const Clock& clock, Clock::Duration batch_window, int epoll_fd, int wake_fd);
  int Wait(Clock::Time now, std::optional<Clock::Time> until);
  // Sleeps until `until` or Wake, whatever arrives.
  void Gather(Clock::Time now, Clock::Time until);
  // Handles one batch of the socket, unless it had one in this round.
  size_t Serve(Clock::Time now, Socket* socket);

  const Clock& clock_;
  BatchWindow window_;
  const int epoll_fd_;
  const int wake_fd_;         // eventfd
  const bool waits_exactly_;  // epoll_pwait2(2) works here
  PacketBatch batch_;
  SendBatch to_send_;
  Clock::Time now_;  // of the last round
  std::array<epoll_event, kMaxEvents> events_;
  uint64_t round_ = 0;
  absl::flat_hash_map<DatagramHandler*, std::unique_ptr<Socket>> sockets_;
  std::vector<Socket*> unfinished_;  // had more than a batch; epoll does not report them again
};

}  // namespace benari::media
