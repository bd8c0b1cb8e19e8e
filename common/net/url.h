#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::net {

// Where a server is: "https://pbx.example:8089/ari". Pure.
struct Url {
  std::string scheme;  // "http", "https", "ws" or "wss"
  std::string host;    // name or address, IPv6 without brackets
  uint16_t port = 0;
  std::string target;  // path and query, "/ari", "/bot?voice=b"; "" where the URL has neither

  bool tls() const { return scheme == "https" || scheme == "wss"; }
  // As a Host header carries it (RFC 9110 7.2): the port only where it is not the scheme's own.
  std::string HostHeader() const;
  std::string ToString() const;
};

// Reads SCHEME://HOST[:PORT][/PATH][?QUERY] with one of `schemes`; the port defaults to the scheme's.
// INVALID_ARGUMENT names what is wrong and what is accepted. Never echoes a password.
absl::StatusOr<Url> ParseUrl(absl::string_view text, std::initializer_list<absl::string_view> schemes);

// The text of a URL that `reference` names where `base` is the URL of the document it stands in (RFC
// 3986 5.2); without a fragment. One with a scheme of its own stays as it is, and may be no URL that ParseUrl
// takes.
std::string ResolveReference(const Url& base, absl::string_view reference);

// The text of a URL with "..." in the place of each value in its query, so that it can be shown: values may
// be secrets.
std::string WithoutQueryValues(absl::string_view url);

// All but RFC 3986's unreserved characters as %XX, so that any id fits in a path segment or a query.
std::string PercentEncode(absl::string_view text);

}  // namespace benari::net
