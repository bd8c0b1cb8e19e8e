#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "common/clock.h"
#include "media/net/socket_address.h"

namespace benari::media {

// A received datagram in a buffer of the engine, valid during one OnDatagrams.
struct Datagram {
  std::span<uint8_t> bytes;  // may be changed in place
  SocketAddress source;
  bool truncated = false;  // was longer than the buffer: `bytes` is its beginning
  bool send_back = false;  // set by the handler: `bytes` go to `source`, from the same socket
};

// Gets what arrives on one socket. Owned by one worker.
class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  virtual int fd() const = 0;
  virtual void OnDatagrams(Clock::Time now, std::span<Datagram> datagrams) = 0;
  // What became of one with send_back set.
  virtual void OnSendDone(Clock::Time now, const Datagram& datagram, bool sent) = 0;
};

// How a worker meets the operating system: the seam behind which another way of moving packets fits. It
// batches, allocates nothing per packet and reads the clock twice a RunOnce. Owned by one worker, but for
// Wake.
class IoEngine {
 public:
  virtual ~IoEngine() = default;

  virtual absl::Status Add(DatagramHandler* handler) = 0;
  // From now on the handler is not called. Not from within a handler.
  virtual void Remove(DatagramHandler* handler) = 0;

  struct Ran {
    Clock::Time waits_since;  // read before the wait: the work of the round before was done
    Clock::Time now;          // read when the wait was over
    bool woken = false;       // Wake was called since the last RunOnce
  };
  // Waits for datagrams, Wake or `until` (nothing: without end) and hands over what is there.
  virtual Ran RunOnce(std::optional<Clock::Time> until) = 0;

  // Ends the wait. Any thread.
  virtual void Wake() = 0;
};

}  // namespace benari::media
