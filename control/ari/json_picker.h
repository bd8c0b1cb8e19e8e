#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::control::ari {

inline constexpr int kMaxJsonDepth = 32;

// The members that PickJson keeps, in any object: all that control reads of events and responses. Reading
// another one fails an assertion of JsonFields.
inline constexpr absl::string_view kReadMembers[] = {
    "app_data",     "args",     "bridge",          "bridge_ids", "caller",
    "cause",        "channel",  "channel_ids",     "channels",   "channelvars",
    "creationtime", "dialplan", "dialstatus",      "digit",      "duration_ms",
    "exten",        "id",       "message",         "name",       "number",
    "peer",         "playback", "replace_channel", "state",      "status",
    "system",       "type",     "version",
};
bool IsRead(absl::string_view member);

// Parses JSON and keeps only the members that are read. An object whose `type` is not `of_interest` is not
// parsed to its end. Errors name `what`. Pure.
absl::StatusOr<nlohmann::json> PickJson(absl::string_view text, size_t max_bytes, absl::string_view what,
                                        absl::FunctionRef<bool(absl::string_view type)> of_interest);

}  // namespace benari::control::ari
