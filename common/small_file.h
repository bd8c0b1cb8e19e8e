#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace benari {

// The whole of a file that a person writes, of `max_bytes` at most. INVALID_ARGUMENT says what is wrong with
// it: not there, not readable, a directory, longer. Blocks.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, size_t max_bytes);

}  // namespace benari
