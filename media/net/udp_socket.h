#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "media/net/socket_address.h"

namespace benari::media {

// A bound, non-blocking UDP socket, closed at its end. Confined to one thread at a time.
class UdpSocket {
 public:
  // Port 0: the kernel's choice. Bound to any address (0.0.0.0, ::), each datagram brings the one that it was
  // sent to: see dialled_address.h. ALREADY_EXISTS: the port is taken or not ours to take;
  // RESOURCE_EXHAUSTED: no file descriptor or memory left; UNAVAILABLE: anything else, such as an address
  // that is not of this host.
  static absl::StatusOr<UdpSocket> Bind(const SocketAddress& address);

  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&& other) noexcept;
  ~UdpSocket();

  int fd() const { return fd_; }
  SocketAddress local() const;
  // Datagrams that the system dropped because too many waited; modulo 2^32.
  uint64_t Overflowed() const;

 private:
  explicit UdpSocket(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace benari::media
