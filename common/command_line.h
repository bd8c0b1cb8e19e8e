#pragma once

#include <cstdint>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/string_view.h"
#include "common/flag_types.h"
#include "common/settings_file.h"

namespace benari {

// Sets the absl flags from the files that --config names, and then from --name=value, --name value, and
// --name or --noname for switches. Unlike absl's own parser it continues after an error and adds all of them
// to `errors`. --help prints `usage` and the flags, and exits with 0. Returns the files, as they were read.
std::vector<SettingsFile> ParseCommandLine(int argc, char** argv, absl::string_view usage,
                                           FlagErrors* errors);

// Returns the value of a flag that has to be within `least` and `most`; otherwise, and for each value given
// that is no number, adds it to `errors`.
int32_t ReadInRange(const absl::Flag<int32_t>& flag, int32_t least, int32_t most, FlagErrors* errors);
double ReadInRange(const absl::Flag<double>& flag, int32_t least, int32_t most, FlagErrors* errors);

}  // namespace benari
