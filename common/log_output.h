#pragma once

#include <chrono>
#include <cstdint>

// The output of log lines after log::Init: a bounded queue to stderr, so that no thread waits for its reader.
namespace benari::log {

// Waits until every line is written, a second at most. To be called before the process ends by other means
// than exit(), or executes another program. Thread-safe.
void Flush();

// Returns the number of lines since the start of the process that were never written. Thread-safe.
uint64_t DroppedLines();

}  // namespace benari::log
