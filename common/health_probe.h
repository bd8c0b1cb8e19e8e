#pragma once

#include <string>
#include <vector>

#include "common/endpoint.h"

namespace benari {

// Returns true if the metrics at `listen` contain one of the lines `wanted`, else prints why not, or
// `otherwise`, to stderr. For --healthcheck: blocks for some seconds at most.
bool ProbeMetric(const Endpoint& listen, const std::vector<std::string>& wanted, const char* otherwise);

}  // namespace benari
