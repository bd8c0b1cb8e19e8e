#include "common/network_reach.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace benari {

namespace {

constexpr std::array<uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

IpBytes BytesOf(const sockaddr* address) {
  IpBytes ip{};
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6 = {};
    std::memcpy(&v6, address, sizeof v6);
    std::memcpy(ip.data(), &v6.sin6_addr, ip.size());
  } else {
    sockaddr_in v4 = {};
    std::memcpy(&v4, address, sizeof v4);
    std::copy(kV4Prefix.begin(), kV4Prefix.end(), ip.begin());
    std::memcpy(ip.data() + kV4Prefix.size(), &v4.sin_addr, sizeof v4.sin_addr);
  }
  return ip;
}

}  // namespace

bool IsV4(const IpBytes& ip) { return std::equal(kV4Prefix.begin(), kV4Prefix.end(), ip.begin()); }

bool IsLoopback(const IpBytes& ip) {
  IpBytes loopback{};
  loopback.back() = 1;
  return IsV4(ip) ? ip[12] == 127 : ip == loopback;
}

bool IsLinkLocal(const IpBytes& ip) {
  if (IsV4(ip)) return ip[12] == 169 && ip[13] == 254;  // RFC 3927
  return ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;       // RFC 4291 2.5.6
}

bool IsPrivate(const IpBytes& ip) {
  if (IsLoopback(ip) || IsLinkLocal(ip)) return true;
  if (!IsV4(ip)) return (ip[0] & 0xfe) == 0xfc;  // RFC 4193
  const uint8_t first = ip[12], second = ip[13];
  return first == 10 || (first == 172 && second >> 4 == 1) || (first == 192 && second == 168);  // RFC 1918
}

bool IsOpenToStrangers(const Endpoint& listen) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(listen.host.c_str(), nullptr, &hints, &found) != 0) return true;
  bool open = false;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next)
    open = open || !IsPrivate(BytesOf(each->ai_addr));
  freeaddrinfo(found);
  return open;
}

}  // namespace benari
