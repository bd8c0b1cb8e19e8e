#pragma once

#include <memory>

#include "media/io/io_engine.h"
#include "media/io/packet_batch.h"

namespace benari::media {

// epoll, and one recvmmsg and sendmmsg for each ready socket. A socket gets one batch a round, so that a
// flood on one does not starve the others. Owned by one worker, but for Wake.
class EpollEngine : public IoEngine {
 public:
  // RESOURCE_EXHAUSTED: no file descriptor left. `clock` outlives the engine.
  static absl::StatusOr<std::unique_ptr<EpollEngine>> Create(const Clock& clock);
  ~EpollEngine() override;

  absl::Status Add(DatagramHandler* handler) override;
  void Remove(DatagramHandler* handler) override;
  Ran RunOnce(std::optional<Clock::Time> until) override;
  void Wake() override;

 private:
  EpollEngine(const Clock& clock, int epoll_fd, int wake_fd);
  void Serve(Clock::Time now, DatagramHandler* handler);

  const Clock& clock_;
  const int epoll_fd_;
  const int wake_fd_;  // eventfd
  PacketBatch batch_;
};

}  // namespace benari::media
