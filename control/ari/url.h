#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::ari {

// Where ARI lives: "https://pbx.example:8089/ari". Pure.
struct Url {
  bool tls = false;
  std::string host;  // name or address, IPv6 without brackets
  uint16_t port = 0;
  std::string path;  // "/ari", without a slash at its end; "" is the root

  // As a Host header carries it (RFC 9110 7.2): the port only where it is not the scheme's own.
  std::string HostHeader() const;
  std::string ToString() const;
};

// Reads http|https://HOST[:PORT][/PATH]; the port defaults to the scheme's, the path to /ari.
// INVALID_ARGUMENT names what is wrong and what is accepted. Never echoes a password.
absl::StatusOr<Url> ParseUrl(absl::string_view text);

// All but RFC 3986's unreserved characters as %XX, so that any id fits in a path segment or a query.
std::string PercentEncode(absl::string_view text);

}  // namespace benari::ari
