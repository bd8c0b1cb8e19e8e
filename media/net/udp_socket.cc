#include "media/net/udp_socket.h"

#include <linux/sock_diag.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "media/net/sockaddr.h"

namespace benari::media {

namespace {

absl::Status BindError(const SocketAddress& address, int error) {
  const std::string text = absl::StrCat("cannot bind ", address.ToString(), ": ", std::strerror(error));
  switch (error) {
    case EADDRINUSE:
    case EACCES:
      return absl::AlreadyExistsError(text);
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return absl::ResourceExhaustedError(text);
    default:
      return absl::UnavailableError(text);
  }
}

}  // namespace

absl::StatusOr<UdpSocket> UdpSocket::Bind(const SocketAddress& address) {
  Sockaddr local;
  const socklen_t local_bytes = ToSockaddr(address, &local);
  UdpSocket socket(::socket(local.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.fd_ < 0) return BindError(address, errno);
  if (local.any.sa_family == AF_INET6) {
    const int off = 0;  // "::" takes IPv4 as well
    setsockopt(socket.fd_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (address.IsAny()) {  // whoever answers has to know which address was dialled
    const int on = 1;
    const bool v4 = local.any.sa_family == AF_INET;
    setsockopt(socket.fd_, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, &on,
               sizeof on);
  }
  if (bind(socket.fd_, &local.any, local_bytes) != 0) return BindError(address, errno);
  return socket;
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) close(fd_);
}

SocketAddress UdpSocket::local() const {
  Sockaddr local;
  socklen_t bytes = sizeof local;
  std::memset(&local, 0, sizeof local);
  getsockname(fd_, &local.any, &bytes);
  return FromSockaddr(local);
}

uint64_t UdpSocket::Overflowed() const {
  std::array<uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t bytes = sizeof memory;
  getsockopt(fd_, SOL_SOCKET, SO_MEMINFO, memory.data(), &bytes);
  return memory[SK_MEMINFO_DROPS];
}

}  // namespace benari::media
