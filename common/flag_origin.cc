#include "common/flag_origin.h"

#include <map>
#include <utility>

namespace benari {

namespace {
std::map<std::string, std::string>& Origins() {
  static auto* const origins = new std::map<std::string, std::string>();
  return *origins;
}
}  // namespace

void ForgetFlagOrigins() { Origins().clear(); }

void SetFlagOrigin(absl::string_view flag, std::string origin) {
  Origins()[std::string(flag)] = std::move(origin);
}

std::string FlagOrigin(absl::string_view flag) {
  const auto found = Origins().find(std::string(flag));
  return found == Origins().end() ? "" : found->second;
}

}  // namespace benari
