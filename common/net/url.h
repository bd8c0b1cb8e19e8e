#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::net {

// The URL of a server, such as "https://pbx.example:8089/ari". Pure.
struct Url {
  std::string scheme;  // "http", "https", "ws" or "wss"
  std::string host;    // name or address, IPv6 without brackets
  uint16_t port = 0;
  std::string target;  // path and query, "/ari", "/bot?voice=b"; "" where the URL has neither

  bool tls() const { return scheme == "https" || scheme == "wss"; }
  // Returns the value of a Host header (RFC 9110 7.2), with the port if it is not the scheme's default.
  std::string HostHeader() const;
  std::string ToString() const;
};

// Reads SCHEME://HOST[:PORT][/PATH][?QUERY] with one of `schemes`; the port defaults to the scheme's.
// INVALID_ARGUMENT names the error and what is accepted, but never a password.
absl::StatusOr<Url> ParseUrl(absl::string_view text, std::initializer_list<absl::string_view> schemes);

// Resolves `reference` relative to `base`, the URL of the document that contains it (RFC 3986 5.2), and
// removes the fragment.
// A reference with a scheme is returned as it is, and ParseUrl may refuse it.
std::string ResolveReference(const Url& base, absl::string_view reference);

// Returns a URL for display, with "..." instead of each value of its query:
// values may be secrets.
std::string WithoutQueryValues(absl::string_view url);

// Encodes all but RFC 3986's unreserved characters as %XX, so that any id fits in a path segment or a query.
std::string PercentEncode(absl::string_view text);

}  // namespace benari::net
