#pragma once

#include <array>
#include <cstdint>

#include "common/endpoint.h"

namespace benari {

using IpBytes = std::array<uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2)

// Pure.
bool IsV4(const IpBytes& ip);
bool IsLoopback(const IpBytes& ip);   // 127.0.0.0/8 or ::1
bool IsLinkLocal(const IpBytes& ip);  // 169.254.0.0/16 or fe80::/10
bool IsPrivate(const IpBytes& ip);    // loopback, link-local, or of a private network (RFC 1918, RFC 4193)

// Returns true if `listen` is reachable from outside private networks: a public address, 0.0.0.0, ::, or a
// name that resolves to one of them or to nothing. Blocks while it resolves names.
bool IsOpenToStrangers(const Endpoint& listen);

}  // namespace benari
