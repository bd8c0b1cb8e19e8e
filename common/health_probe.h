#pragma once

#include "absl/strings/string_view.h"
#include "common/endpoint.h"

namespace benari {

// True when the metrics served at `listen` hold the line `wanted`. For --healthcheck: blocks, at most some
// seconds; says on stderr what is wrong.
bool ProbeMetric(const Endpoint& listen, absl::string_view wanted);

}  // namespace benari
