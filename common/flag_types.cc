#include "common/flag_types.h"

#include <systemd/sd-daemon.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/flag_origin.h"
#include "common/journal.h"

namespace benari {

namespace {
constexpr double kMostSeconds = 1e9;  // about 30 years; larger ones would overflow a duration

// Returns the part of a value that may be printed: stderr is collected with the logs.
std::string WithoutPassword(absl::string_view flag, absl::string_view value) {
  if (NamesASecret(flag)) return "***";
  const size_t equals = value.find('=');
  if (flag.empty() && equals != absl::string_view::npos && NamesASecret(value.substr(0, equals))) {
    return absl::StrCat(value.substr(0, equals), "=***");
  }
  const size_t scheme = value.find("://");
  const size_t at = value.rfind('@');
  if (scheme == absl::string_view::npos || at == absl::string_view::npos || at < scheme)
    return std::string(value);
  return absl::StrCat(value.substr(0, scheme + 3), "***", value.substr(at));
}

}  // namespace

bool NamesASecret(absl::string_view flag) {
  const std::string name = absl::AsciiStrToLower(flag);
  if (absl::EndsWith(name, "_file")) return false;
  for (const char* each : {"pass", "pasw", "pwd", "secret", "token"}) {
    if (absl::StrContains(name, each)) return true;
  }
  return false;
}

bool Seconds::infinite() const { return std::isinf(value); }

std::chrono::milliseconds Seconds::ms() const {
  return std::chrono::milliseconds(static_cast<int64_t>(std::llround(value * 1000)));
}

bool AbslParseFlag(absl::string_view text, Seconds* seconds, std::string* error) {
  if (text == "inf") {
    seconds->value = std::numeric_limits<double>::infinity();
    return true;
  }
  double value = 0;
  if (absl::SimpleAtod(text, &value) && value >= 0 && value <= kMostSeconds) {
    seconds->value = value;
    return true;
  }
  *error = "accepted is a number of seconds, 0 or more, such as 7 or 0.5, or inf";
  return false;
}

std::string AbslUnparseFlag(const Seconds& seconds) {
  return seconds.infinite() ? "inf" : absl::StrCat(seconds.value);
}

bool AbslParseFlag(absl::string_view text, Endpoint* endpoint, std::string* error) {
  if (text.empty()) {
    *endpoint = Endpoint();
    return true;
  }
  auto parsed = ParseEndpoint(text);
  if (!parsed.ok()) {
    *error = std::string(parsed.status().message());
    return false;
  }
  *endpoint = *parsed;
  return true;
}

std::string AbslUnparseFlag(const Endpoint& endpoint) {
  return endpoint == Endpoint() ? "" : endpoint.ToString();
}

void FlagErrors::Require(bool ok, absl::string_view flag, absl::string_view value,
                         absl::string_view accepted) {
  if (!ok) Refuse(flag, value, absl::StrCat("accepted is ", accepted));
}

void FlagErrors::Refuse(absl::string_view flag, absl::string_view value, absl::string_view why) {
  const std::string shown = WithoutPassword(flag, value);
  const std::string origin = FlagOrigin(flag);
  const bool has_comment =
      !origin.empty() && (absl::StrContains(value, " #") || absl::StrContains(value, "\t#"));
  const absl::string_view hint = has_comment ? "; a comment has a line of its own" : "";
  if (flag.empty()) {  // an argument, or a line of a file, that has no name
    lines_.push_back(absl::StrCat(shown, ": ", why));
  } else if (!origin.empty()) {
    lines_.push_back(absl::StrCat(origin, ": ", flag, " = ", shown, ": ", why, hint));
  } else {
    lines_.push_back(absl::StrCat("--", flag, "=", shown, ": ", why));
  }
}

void FlagErrors::ExitIfAny() const {
  FlagErrors all = *this;
  for (const NoNumber& each : NoNumbers()) {
    SetFlagOrigin(each.flag, each.origin);
    all.Require(false, each.flag, each.value, each.accepted);
  }
  if (all.lines_.empty()) return;
  const char* const level = StderrIsJournal() ? SD_ERR : "";
  for (const std::string& line : all.lines_) std::fprintf(stderr, "%s%s\n", level, line.c_str());
  std::exit(2);
}

}  // namespace benari
