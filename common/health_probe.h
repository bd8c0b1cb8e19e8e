#pragma once

#include <string>
#include <vector>

#include "common/endpoint.h"

namespace benari {

// Returns true if one of the metrics `names` at `listen` is 1, whatever its labels, else prints why not, or
// `otherwise`, to stderr. For --healthcheck: blocks for some seconds at most.
bool ProbeMetric(const Endpoint& listen, const std::vector<std::string>& names, const char* otherwise);

}  // namespace benari
