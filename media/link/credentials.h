#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::media {

// The credentials with which the handshake of a bot's WebSocket is sent. Pure.
struct Credentials {
  std::string auth_token;  // key of X-Twilio-Signature; empty: the handshake is not signed
  std::vector<std::pair<std::string, std::string>> headers;  // "Authorization: Bearer" among them

  // Returns the headers of a handshake with `url`, which is signed exactly as it was configured.
  std::vector<std::pair<std::string, std::string>> HeadersFor(absl::string_view url) const;
};

// Checks that a name is a plain name, and so cannot leave the folder. INVALID_ARGUMENT names it and what is
// accepted.
absl::Status CheckCredentialName(absl::string_view name);

// Reads a file's text. A line is "NAME: VALUE", a header of the handshake, or one of
//   auth_token: TOKEN   signs the handshake with X-Twilio-Signature
//   bearer: TOKEN       sends "Authorization: Bearer TOKEN"
// Empty lines and those that begin with '#' are ignored. INVALID_ARGUMENT names the line, but never its
// value.
absl::StatusOr<Credentials> ParseCredentials(absl::string_view text);

// Reads the file `name` in `dir` (--bot_credentials_dir), of at most 16 KiB. The error names the file, and
// the line where one is wrong. Blocks for the disk.
absl::StatusOr<Credentials> ReadCredentials(const std::string& dir, absl::string_view name);

}  // namespace benari::media
