#pragma once

#include <cstdint>

#include "absl/flags/flag.h"
#include "absl/strings/string_view.h"
#include "common/flag_types.h"

namespace benari {

// Sets the absl flags from --name=value, --name value, and --name or --noname for switches. Unlike absl's own
// parser it goes on after a mistake and leaves all of them in `errors`. --help prints `usage` and the flags,
// and exits with 0.
void ParseCommandLine(int argc, char** argv, absl::string_view usage, FlagErrors* errors);

// The value of a flag that has to be within `least` and `most`; where it is not, `errors` has it.
int32_t ReadInRange(const absl::Flag<int32_t>& flag, int32_t least, int32_t most, FlagErrors* errors);

}  // namespace benari
