#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari {

// A host (name or address, IPv6 without brackets) and a port.
struct Endpoint {
  std::string host;
  uint16_t port = 0;

  Endpoint() = default;
  Endpoint(std::string h, uint16_t p) : host(std::move(h)), port(p) {}
  auto operator<=>(const Endpoint&) const = default;

  std::string ToString() const;  // "10.0.0.7:26500", "[::1]:26500"
};

// Reads "host:port" or "[v6]:port". INVALID_ARGUMENT describes what is accepted.
absl::StatusOr<Endpoint> ParseEndpoint(absl::string_view text);

}  // namespace benari
