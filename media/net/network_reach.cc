#include "media/net/network_reach.h"

#include <netdb.h>
#include <sys/socket.h>

#include "media/net/sockaddr.h"
#include "media/net/socket_address.h"

namespace benari::media {

bool IsOpenToStrangers(const Endpoint& listen) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(listen.host.c_str(), nullptr, &hints, &found) != 0) return true;
  bool open = false;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Sockaddr address;
    std::memcpy(&address, each->ai_addr, each->ai_addrlen);
    open = open || !FromSockaddr(address).IsPrivate();
  }
  freeaddrinfo(found);
  return open;
}

}  // namespace benari::media
