#pragma once

#include <chrono>
#include <cstdint>

// Where lines go after log::Init: through a bounded queue to stderr, so that nobody waits for its reader.
namespace benari::log {

// Waits until every line is written, a second at most: before the process ends by other means than exit(),
// or executes another program. Thread-safe.
void Flush();

// Lines since the start of the process that nobody will read. Thread-safe.
uint64_t DroppedLines();

}  // namespace benari::log
