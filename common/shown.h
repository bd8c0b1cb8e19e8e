#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

// Values that came from outside, as messages show them: on one line, and not too long. Pure.
namespace benari {

inline constexpr size_t kMaxShownBytes = 60;

// Escapes what is not printable ASCII, and cuts with "..." after kMaxShownBytes.
std::string Shortened(absl::string_view text);
// The same in quotes, with the number of bytes if it was cut.
std::string Shown(absl::string_view value);

}  // namespace benari
