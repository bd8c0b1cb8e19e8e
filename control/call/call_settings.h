#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "control/call/call_config.h"

// What can be set for each call: by a flag of this name, and by an argument NAME=VALUE of the dial plan's
// Stasis(), which wins over the flag. Pure.
namespace benari::control {

inline constexpr const char* kCallSettings[] = {"caller_id",    "destination",   "dial_timeout_seconds",
                                                "echo_seconds", "on_media_lost", "on_no_media",
                                                "when_full"};

// INVALID_ARGUMENT says which names or values are accepted, and leaves `config` as it is.
absl::Status SetCallSetting(CallConfig& config, absl::string_view name, absl::string_view value);

struct RefusedArgument {
  std::string argument;
  std::string why;
};

// Sets what the arguments of Stasis() say, the first of which is "inbound"; answers those that are refused.
std::vector<RefusedArgument> ApplyArguments(CallConfig& config, const std::vector<std::string>& arguments);

}  // namespace benari::control
