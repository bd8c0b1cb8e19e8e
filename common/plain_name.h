#pragma once

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

// Names that are safe as a file's name in a folder, such as that of a credential, and as a segment of a URL's
// path, such as a call_sid.
namespace benari {

inline constexpr size_t kMaxPlainNameBytes = 64;
inline constexpr char kAcceptedPlainNames[] = "1..64 of A-Z a-z 0-9 . _ -, without a '.' at the start";

// Returns true for a name that kAcceptedPlainNames describes. Pure.
inline bool IsPlainName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxPlainNameBytes && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  absl::StrContains("._-", absl::string_view(&c, 1));
         });
}

}  // namespace benari
