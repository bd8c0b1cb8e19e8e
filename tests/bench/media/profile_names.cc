#include "tests/bench/media/profile_names.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace benari::bench {
namespace {

constexpr char kPacedPrefix[] = "paced ";

}  // namespace

std::string PacedProfile(size_t sessions) { return absl::StrCat(kPacedPrefix, sessions); }

bool IsPaced(const std::string& profile, size_t* sessions) {
  absl::string_view rest = profile;
  return absl::ConsumePrefix(&rest, kPacedPrefix) && absl::SimpleAtoi(rest, sessions);
}

}  // namespace benari::bench
