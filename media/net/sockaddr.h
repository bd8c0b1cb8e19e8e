#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "media/net/socket_address.h"

// SocketAddress as the system calls want it. Pure.
namespace benari::media {

union Sockaddr {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

inline socklen_t ToSockaddr(const SocketAddress& address, Sockaddr* out) {
  std::memset(out, 0, sizeof *out);
  if (address.IsV4()) {
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(address.port);
    std::memcpy(&out->v4.sin_addr, address.ip.data() + 12, 4);
    return sizeof out->v4;
  }
  out->v6.sin6_family = AF_INET6;
  out->v6.sin6_port = htons(address.port);
  std::memcpy(&out->v6.sin6_addr, address.ip.data(), 16);
  return sizeof out->v6;
}

inline SocketAddress FromSockaddr(const Sockaddr& address) {
  SocketAddress out;
  if (address.any.sa_family == AF_INET) {
    out.ip[10] = out.ip[11] = 0xff;
    std::memcpy(out.ip.data() + 12, &address.v4.sin_addr, 4);
    out.port = ntohs(address.v4.sin_port);
  } else {
    std::memcpy(out.ip.data(), &address.v6.sin6_addr, 16);
    out.port = ntohs(address.v6.sin6_port);
  }
  return out;
}

}  // namespace benari::media
