#pragma once

#include <string>
#include <vector>

#include "common/endpoint.h"

namespace benari {

// True when the metrics served at `listen` hold one of the lines `wanted`. For --healthcheck: blocks, at most
// some seconds; says on stderr what is wrong, with none of the lines `otherwise`.
bool ProbeMetric(const Endpoint& listen, const std::vector<std::string>& wanted, const char* otherwise);

}  // namespace benari
