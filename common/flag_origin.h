#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

// Which line of which file each flag has its value from, and the values that were no numbers. Written by
// ParseCommandLine and ReadInRange only, before there are threads.
namespace benari {

void ForgetFlagOrigins();
void SetFlagOrigin(absl::string_view flag, std::string origin);
// Returns FILE:LINE, or "" if it is the command line or the default.
std::string FlagOrigin(absl::string_view flag);

// A value that is no number, and waits for the one who knows the range of its flag.
struct NoNumber {
  std::string flag;
  std::string value;
  std::string origin;    // as of FlagOrigin
  std::string accepted;  // where nobody knows better
};
void KeepNoNumber(NoNumber no_number);
// Returns what was kept of `flag`, and forgets it.
std::optional<NoNumber> TakeNoNumber(absl::string_view flag);
// Returns all that nobody has taken.
const std::vector<NoNumber>& NoNumbers();

}  // namespace benari
