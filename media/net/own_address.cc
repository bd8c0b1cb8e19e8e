#include "media/net/own_address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "media/net/sockaddr.h"
#include "media/net/socket_address.h"

namespace benari::media {

std::string HostName() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

absl::StatusOr<std::string> AddressForOthers(const std::string& host_name) {
  addrinfo* answer = nullptr;
  for (const int family : {AF_INET, AF_INET6}) {
    addrinfo hints = {};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_DGRAM;
    if (getaddrinfo(host_name.c_str(), nullptr, &hints, &answer) != 0) continue;
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> found(answer, &freeaddrinfo);
    for (const addrinfo* each = found.get(); each != nullptr; each = each->ai_next) {
      Sockaddr address;
      std::memcpy(&address, each->ai_addr, each->ai_addrlen);
      const SocketAddress candidate = FromSockaddr(address);
      if (candidate.IsUnicast() && !candidate.IsLoopback()) return candidate.ToEndpoint().host;
    }
  }
  return absl::NotFoundError(
      absl::StrCat("the name of this host, ", host_name, ", has no address that other hosts reach"));
}

}  // namespace benari::media
