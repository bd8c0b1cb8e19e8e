#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "control/call/call_config.h"

// The settings of a call. Each can be set by a flag of this name, and by an argument NAME=VALUE of the dial
// plan's Stasis(), which overrides the flag. Pure.
namespace benari::control {

inline constexpr const char* kCallSettings[] = {"bot_answer",
                                                "bot_credential",
                                                "bot_drain_on_hangup",
                                                "bot_drain_seconds",
                                                "bot_fallback_url",
                                                "bot_idle_seconds",
                                                "bot_max_seconds",
                                                "bot_on_close",
                                                "bot_on_failure",
                                                "bot_parameters",
                                                "bot_reconnect_seconds",
                                                "bot_url",
                                                "bot_waiting_tone",
                                                "caller_id",
                                                "destination",
                                                "dial_out_allow",
                                                "dial_out_endpoint",
                                                "dial_out_sip_endpoint",
                                                "dial_timeout_seconds",
                                                "echo_seconds",
                                                "flow",
                                                "format",
                                                "on_media_lost",
                                                "on_no_media",
                                                "ringback",
                                                "transfer",
                                                "webhook_fallback_url",
                                                "webhook_method",
                                                "webhook_url",
                                                "when_full"};

// Sets one of the settings above, or adds a parameter of the bot: bot_parameter, which may be given
// repeatedly. INVALID_ARGUMENT describes the accepted names or values and leaves `config` unchanged.
absl::Status SetCallSetting(CallConfig& config, absl::string_view name, absl::string_view value);

struct RefusedArgument {
  std::string argument;
  std::string why;
};

// Applies the arguments of Stasis() after the first one, "inbound", and returns those that are refused.
std::vector<RefusedArgument> ApplyArguments(CallConfig& config, const std::vector<std::string>& arguments);

}  // namespace benari::control
