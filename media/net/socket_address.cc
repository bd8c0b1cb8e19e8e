#include "media/net/socket_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/network_reach.h"

namespace benari::media {

namespace {
constexpr std::array<uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
}

bool SocketAddress::IsV4() const { return benari::IsV4(ip); }

bool SocketAddress::IsAny() const {
  const auto zero = [](uint8_t octet) { return octet == 0; };
  return std::all_of(ip.begin() + (IsV4() ? kV4Prefix.size() : 0), ip.end(), zero);
}

bool SocketAddress::IsUnicast() const {
  const bool multicast = IsV4() ? ip[12] >= 224 : ip[0] == 0xff;  // class E and 255.255.255.255 too
  return !multicast && !IsAny();
}

bool SocketAddress::IsLoopback() const { return benari::IsLoopback(ip); }

bool SocketAddress::IsLinkLocal() const { return benari::IsLinkLocal(ip); }

bool SocketAddress::IsPrivate() const { return benari::IsPrivate(ip); }

Endpoint SocketAddress::ToEndpoint() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (IsV4()) {
    inet_ntop(AF_INET, ip.data() + kV4Prefix.size(), text, sizeof text);
  } else {
    inet_ntop(AF_INET6, ip.data(), text, sizeof text);
  }
  return Endpoint(text, port);
}

std::string SocketAddress::ToString() const { return ToEndpoint().ToString(); }

absl::StatusOr<SocketAddress> ParseSocketAddress(const Endpoint& endpoint) {
  SocketAddress address;
  address.port = endpoint.port;
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.ip.begin());
  const char* const host = endpoint.host.c_str();
  const bool ends_at_nul = std::strlen(host) < endpoint.host.size();  // inet_pton would not see the rest
  if (!ends_at_nul && inet_pton(AF_INET, host, address.ip.data() + kV4Prefix.size()) == 1) return address;
  if (!ends_at_nul && inet_pton(AF_INET6, host, address.ip.data()) == 1) return address;
  return absl::InvalidArgumentError(
      absl::StrCat("'", host, "': accepted is an IPv4 or IPv6 address, such as 10.0.0.7 or fd00::7"));
}

}  // namespace benari::media
