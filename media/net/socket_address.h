#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/endpoint.h"

namespace benari::media {

// An IP address and a port, cheap to compare and copy. IPv4 is kept as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so
// that a packet compares equal whether it came over an IPv4 or a dual-stack socket. Pure.
struct SocketAddress {
  std::array<uint8_t, 16> ip{};
  uint16_t port = 0;

  bool operator==(const SocketAddress&) const = default;
  bool IsV4() const;
  bool IsUnicast() const;        // one host: not any, multicast or broadcast
  bool IsAny() const;            // 0.0.0.0 or ::
  bool IsLoopback() const;       // 127.0.0.0/8 or ::1
  bool IsLinkLocal() const;      // 169.254.0.0/16 or fe80::/10
  bool IsPrivate() const;        // loopback, link-local, or of a private network (RFC 1918, RFC 4193)
  Endpoint ToEndpoint() const;   // IPv4 in dotted form
  std::string ToString() const;  // "10.0.0.7:26500", "[::1]:26500"
};

// Reads an address, not a name. INVALID_ARGUMENT says what is accepted.
absl::StatusOr<SocketAddress> ParseSocketAddress(const Endpoint& endpoint);

}  // namespace benari::media
