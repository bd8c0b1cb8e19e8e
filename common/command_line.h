#pragma once

#include "absl/strings/string_view.h"
#include "common/flag_types.h"

namespace benari {

// Sets the absl flags from --name=value, --name value, and --name or --noname for switches. Unlike absl's own
// parser it goes on after a mistake and leaves all of them in `errors`. --help prints `usage` and the flags,
// and exits with 0.
void ParseCommandLine(int argc, char** argv, absl::string_view usage, FlagErrors* errors);

}  // namespace benari
