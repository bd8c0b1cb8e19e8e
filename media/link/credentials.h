#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::media {

// What a bot wants to see in the handshake before it talks to us. Pure.
struct Credentials {
  std::string auth_token;  // key of X-Twilio-Signature; empty: the handshake is not signed
  std::vector<std::pair<std::string, std::string>> headers;  // "Authorization: Bearer" among them

  // The headers of a handshake with `url`, which is signed as it was configured, letter by letter.
  std::vector<std::pair<std::string, std::string>> HeadersFor(absl::string_view url) const;
};

// A name of 1..64 letters, digits, '.', '_' and '-' that does not begin with '.', so that it names a file of
// the folder and no other. INVALID_ARGUMENT names it and says so.
absl::Status CheckCredentialName(absl::string_view name);

// Reads a file's text. A line is "NAME: VALUE", a header of the handshake, or one of
//   auth_token: TOKEN   signs the handshake with X-Twilio-Signature
//   bearer: TOKEN       sends "Authorization: Bearer TOKEN"
// Empty lines and those that begin with '#' do not count. INVALID_ARGUMENT names the line and never its
// value.
absl::StatusOr<Credentials> ParseCredentials(absl::string_view text);

// Reads the file `name` in `dir` (--bot_credentials_dir), of at most 16 KiB. The error names the file, and
// the line where one is wrong. Blocks for the disk.
absl::StatusOr<Credentials> ReadCredentials(const std::string& dir, absl::string_view name);

}  // namespace benari::media
