#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <optional>
#include <vector>

#include "media/net/sockaddr.h"
#include "media/net/udp_socket.h"

namespace benari::media {

inline SocketAddress Loopback(uint16_t port) {
  return ParseSocketAddress(Endpoint("127.0.0.1", port)).value();
}

// The other side of RTP: a UDP socket on loopback, with a port of the kernel's choice unless told one.
// Confined to one thread.
class UdpPeer {
 public:
  explicit UdpPeer(const SocketAddress& bind = Loopback(0)) : socket_(UdpSocket::Bind(bind).value()) {}

  SocketAddress address() const { return socket_.local(); }

  void Send(const std::vector<uint8_t>& bytes, const SocketAddress& to) {
    Sockaddr address;
    const socklen_t address_bytes = ToSockaddr(to, &address);
    const ssize_t sent = sendto(socket_.fd(), bytes.data(), bytes.size(), 0, &address.any, address_bytes);
    ASSERT_EQ(sent, static_cast<ssize_t>(bytes.size()));
  }

  // The next datagram; nothing when none comes within `patience`.
  std::optional<std::vector<uint8_t>> Receive(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    pollfd ready = {.fd = socket_.fd(), .events = POLLIN, .revents = 0};
    if (poll(&ready, 1, static_cast<int>(patience.count())) != 1) return std::nullopt;
    std::vector<uint8_t> bytes(65536);
    const ssize_t size = recv(socket_.fd(), bytes.data(), bytes.size(), 0);
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<size_t>(size));
    return bytes;
  }

  // Whether nothing is there now: asked when it would be there already.
  bool Silent() { return !Receive(std::chrono::milliseconds(0)).has_value(); }

 private:
  UdpSocket socket_;
};

}  // namespace benari::media
