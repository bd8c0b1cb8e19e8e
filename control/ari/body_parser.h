#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "control/ari/client.h"
#include "control/ari/diagnostics.h"

// The bodies of ARI's answers, checked field by field. Nothing here throws. INVALID_ARGUMENT is one line that
// names the object, the field and what is wrong with it: "channel: field id is missing". Pure.
namespace benari::control::ari {

class JsonFields;

// Of one answer. A channel in GET /channels has about 1 KB, a connected call four channels, and --max_calls
// is 10000 at most.
inline constexpr size_t kMaxBodyBytes = 64 << 20;

absl::StatusOr<Channel> ParseChannel(absl::string_view body);
absl::StatusOr<Bridge> ParseBridge(absl::string_view body);

// A list also has channels or bridges of other applications. Of an element with a malformed field the others
// are kept; an element without a valid id is left out.
template <typename T>
struct Listed {
  std::vector<T> items;
  std::string mistake;  // the first one; empty: none
};
absl::StatusOr<Listed<Channel>> ParseChannels(absl::string_view body);
absl::StatusOr<Listed<Bridge>> ParseBridges(absl::string_view body);
absl::StatusOr<Application> ParseApplication(absl::string_view body);

// Of GET /asterisk/info.
absl::StatusOr<std::string> ParseVersion(absl::string_view body);

// Of GET /asterisk/modules.
absl::StatusOr<std::vector<Module>> ParseModules(absl::string_view body);

// The `message` of an ARI error answer as one line of at most 200 bytes; empty when there is none.
std::string ParseErrorMessage(absl::string_view body);

// A channel object, as answers and events have it.
Channel ReadChannel(JsonFields fields);

}  // namespace benari::control::ari
