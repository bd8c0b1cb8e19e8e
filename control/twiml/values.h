#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::control::twiml {

// True of text that is whole UTF-8 without a surrogate (RFC 3629), and has no control character that XML 1.0
// excludes. Pure.
bool IsXmlText(absl::string_view text);

// Replaces XML's five entities and character references by what they stand for (XML 1.0, 4.1 and 4.6).
// INVALID_ARGUMENT names any other entity. Pure.
absl::StatusOr<std::string> Unescape(absl::string_view raw);

}  // namespace benari::control::twiml
