#include "control/ids.h"

#include <algorithm>
#include <cctype>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace benari::control {

std::string Ids::Media(const std::string& call_id, int number) const {
  return absl::StrCat(owner_, ".", call_id, ".media", number);
}

std::string Ids::Bridge(const std::string& call_id) const {
  return absl::StrCat(owner_, ".", call_id, ".bridge");
}

std::string Ids::Destination(const std::string& call_id, int number) const {
  const std::string first = absl::StrCat(owner_, ".", call_id, ".destination");
  return number == 1 ? first : absl::StrCat(first, number);
}

std::optional<ResourceId> Ids::Parse(const std::string& id) const {
  absl::string_view rest = absl::StripSuffix(id, ";2");
  if (!absl::ConsumePrefix(&rest, owner_) || !absl::ConsumePrefix(&rest, ".")) return std::nullopt;
  const size_t dot = rest.rfind('.');
  if (dot == absl::string_view::npos || dot == 0) return std::nullopt;
  ResourceId parsed;
  parsed.call_id = std::string(rest.substr(0, dot));
  absl::string_view kind = rest.substr(dot + 1);
  if (kind == "bridge") {
    parsed.kind = ResourceKind::kBridge;
  } else if (kind == "destination") {
    parsed.kind = ResourceKind::kDestination;
    parsed.number = 1;
  } else if (absl::ConsumePrefix(&kind, "destination") && absl::SimpleAtoi(kind, &parsed.number) &&
             parsed.number > 1) {
    parsed.kind = ResourceKind::kDestination;
  } else if (absl::ConsumePrefix(&kind, "media") && absl::SimpleAtoi(kind, &parsed.number) &&
             parsed.number > 0) {
    parsed.kind = ResourceKind::kMedia;
  } else {
    return std::nullopt;
  }
  return parsed;
}

bool IsValidOwner(const std::string& owner) {
  return !owner.empty() && owner.size() <= 32 && std::all_of(owner.begin(), owner.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-';
  });
}

}  // namespace benari::control
