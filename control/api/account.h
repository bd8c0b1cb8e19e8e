#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::control::api {

// Who may use the API.
struct Account {
  std::string sid;    // "AC" and 32 hexadecimal digits
  std::string token;  // 16 visible ASCII characters at least
};

// Reads the lines "account_sid: AC…" and "auth_token: …"; empty ones and those that begin with # are left
// out. INVALID_ARGUMENT names line and what is accepted, and never shows the token. Pure.
absl::StatusOr<Account> ParseAccount(absl::string_view text);

// Likewise of a file. Blocks.
absl::StatusOr<Account> ReadAccountFile(const std::string& path);

}  // namespace benari::control::api
