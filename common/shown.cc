#include "common/shown.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace benari {

std::string Shortened(absl::string_view text) {
  return absl::StrCat(absl::CHexEscape(text.substr(0, kMaxShownBytes)),
                      text.size() <= kMaxShownBytes ? "" : "...");
}

std::string Shown(absl::string_view value) {
  const std::string size = value.size() <= kMaxShownBytes ? "" : absl::StrCat(" (", value.size(), " bytes)");
  return absl::StrCat("'", Shortened(value), "'", size);
}

}  // namespace benari
