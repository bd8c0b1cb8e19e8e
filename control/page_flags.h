#pragma once

#include <string>
#include <vector>

#include "common/flag_types.h"
#include "common/net/url.h"

// Flags of the live page.
namespace benari::control {

// Reads --metrics_hosts. Adds every error to `errors`.
std::vector<std::string> ReadMetricsHosts(FlagErrors& errors);

// Reads --peers. Adds every error to `errors`.
std::vector<net::Url> ReadPeersFlag(FlagErrors& errors);

}  // namespace benari::control
