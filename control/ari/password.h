#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::control {

// The password in `text`, without a byte order mark before it and white space behind it. INVALID_ARGUMENT
// says what is wrong, without the password: there is none, or it is not one line of text. Pure.
absl::StatusOr<std::string> ParsePassword(absl::string_view text);

// ParsePassword of what the file holds. INVALID_ARGUMENT: it cannot be read, or is a directory.
absl::StatusOr<std::string> ReadPasswordFile(const std::string& path);

}  // namespace benari::control
