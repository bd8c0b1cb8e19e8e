#pragma once

#include <string>

#include "tests/bench/media/figures.h"

namespace benari::bench {

// The paced profiles as SVG: CPU a packet and p99, by sessions, a line a target. Readable on light and dark.
// Pure.
std::string Chart(const Results& results);

}  // namespace benari::bench
