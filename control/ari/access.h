#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/net/remote.h"

namespace benari::control::ari {

// The URL and credentials of ARI, shared by the HTTP client and the event stream.
// Confined to the control loop.
struct Access : net::Remote {
  std::string user;
  std::string password;
  std::string app;

  std::string BasicAuth() const;  // value of the Authorization header (RFC 7617)
};

// The path of `url` defaults to /ari; a slash at its end is dropped. INVALID_ARGUMENT names what is wrong
// with URL or CA file, and what is accepted. `user` has no ':', `app` has no ','. Reads the CA file.
absl::StatusOr<Access> MakeAccess(absl::string_view url, std::string user, std::string password,
                                  std::string app, std::string ca_file);

}  // namespace benari::control::ari
