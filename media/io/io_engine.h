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
  std::span<const uint8_t> dialled;  // see net/dialled_address.h; empty: the socket has one address only
  bool truncated = false;            // was longer than the buffer: `bytes` is its beginning
  bool send_back = false;            // set by the handler: `bytes` go to `source`, from the same socket
};

// Gets what arrives on one socket. Owned by one worker.
class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  virtual int fd() const = 0;
  virtual void OnDatagrams(Clock::Time now, std::span<Datagram> datagrams) = 0;
  // Reports whether the system took a datagram: one with send_back set, or one passed to IoEngine::Send.
  virtual void OnSendDone(Clock::Time now, size_t bytes, bool sent) = 0;
};

// A datagram that a handler originates.
struct OutgoingDatagram {
  std::span<const uint8_t> bytes;
  SocketAddress to;
  std::span<const uint8_t> dialled;  // of a datagram that came: leaves from there; empty: as the route says
};

// Moves packets between sockets and their handlers. An implementation batches, allocates nothing per packet
// and reads the clock twice per RunOnce. Owned by one worker, except for Wake.
class IoEngine {
 public:
  virtual ~IoEngine() = default;

  virtual absl::Status Add(DatagramHandler* handler) = 0;
  // Copies the datagram into a buffer of the engine; the next RunOnce or Flush sends it together with all
  // others. May be called from within a handler. Without a free buffer the datagram is sent at once.
  virtual void Send(DatagramHandler* handler, const OutgoingDatagram& datagram) = 0;
  // Sends the datagrams that are queued and reports their results. Must not be called from within a handler.
  virtual void Flush() = 0;

  // The handler is not called any more when this returns. Must not be called from within a handler.
  virtual void Remove(DatagramHandler* handler) = 0;

  struct Ran {
    Clock::Time waits_since;  // read before the wait: the work of the round before was done
    Clock::Time now;          // read when the wait was over
    bool woken = false;       // Wake was called since the last RunOnce
  };
  // Waits for datagrams, Wake or `until` (nullopt: no time limit), and passes datagrams to their handlers.
  virtual Ran RunOnce(std::optional<Clock::Time> until) = 0;

  // Ends the wait. Any thread.
  virtual void Wake() = 0;
};

}  // namespace benari::media
