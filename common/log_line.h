#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/log.h"

namespace benari::log {

// Logs a line whose fields are only known at run time. Thread-safe.
void Write(Level level, absl::string_view message, absl::Span<const Field> fields);

}  // namespace benari::log
