#pragma once

#include <string>

#include "common/clock.h"

namespace benari {

// UTC with milliseconds, such as 2026-11-28T19:30:00.123Z (RFC 3339).
std::string Iso8601(Clock::WallTime time);

}  // namespace benari
