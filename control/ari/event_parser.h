#pragma once

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "control/ari/events.h"

namespace benari::control::ari {

inline constexpr size_t kMaxEventBytes = 1 << 20;  // of one event; Asterisk's own are about 1 KB

// An event as Asterisk writes it, checked field by field. Never throws. INVALID_ARGUMENT is one line that
// names the object, the field and what is wrong with it: "StasisStart: field channel.id is missing". An
// event of a type that control ignores is UnknownEvent, whatever its fields. Pure.
absl::StatusOr<Event> ParseEvent(absl::string_view text);

}  // namespace benari::control::ari
