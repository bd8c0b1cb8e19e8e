#include "common/flag_origin.h"

#include <algorithm>
#include <map>
#include <utility>

namespace benari {

namespace {
std::map<std::string, std::string>& Origins() {
  static auto* const origins = new std::map<std::string, std::string>();
  return *origins;
}

std::vector<NoNumber>& Kept() {
  static auto* const kept = new std::vector<NoNumber>();
  return *kept;
}
}  // namespace

void ForgetFlagOrigins() {
  Origins().clear();
  Kept().clear();
}

void SetFlagOrigin(absl::string_view flag, std::string origin) {
  Origins()[std::string(flag)] = std::move(origin);
}

std::string FlagOrigin(absl::string_view flag) {
  const auto found = Origins().find(std::string(flag));
  return found == Origins().end() ? "" : found->second;
}

void KeepNoNumber(NoNumber no_number) { Kept().push_back(std::move(no_number)); }

std::optional<NoNumber> TakeNoNumber(absl::string_view flag) {
  const auto found =
      std::find_if(Kept().begin(), Kept().end(), [flag](const NoNumber& each) { return each.flag == flag; });
  if (found == Kept().end()) return std::nullopt;
  NoNumber taken = std::move(*found);
  Kept().erase(found);
  return taken;
}

const std::vector<NoNumber>& NoNumbers() { return Kept(); }

}  // namespace benari
