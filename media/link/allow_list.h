#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/net/url.h"
#include "media/net/socket_address.h"

namespace benari::media {

// The bots that may be dialled. A client of the gRPC API chooses the URL, and must not be able to make this
// process connect to arbitrary hosts. Pure.
class AllowList {
 public:
  AllowList() = default;  // as Parse("private")

  // Reads a list separated by commas: URL prefixes such as "wss://bot.example/calls", and the word "private"
  // for all loopback and private addresses (127.0.0.0/8, ::1, RFC 1918, RFC 4193). An empty list is
  // "private". INVALID_ARGUMENT names the entry and what is accepted.
  static absl::StatusOr<AllowList> Parse(absl::string_view text);

  // PERMISSION_DENIED names --bot_allow. A prefix matches the scheme, the host and the port exactly and the
  // path up to a '/'. A host name that only "private" could allow passes: see MayConnect.
  absl::Status Check(const net::Url& url) const;

  // Returns true if `address`, which url.host resolved to, may be connected to.
  bool MayConnect(const net::Url& url, const SocketAddress& address) const;

  std::string ToString() const;  // as Parse reads it

 private:
  bool HasPrefixOf(const net::Url& url) const;
  std::string Advice(const net::Url& url) const;

  std::vector<net::Url> prefixes_;  // without a slash at the end of their paths
  bool private_ = true;
};

}  // namespace benari::media
