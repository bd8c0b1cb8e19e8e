#pragma once

#include <vector>

#include "common/flag_types.h"
#include "common/net/url.h"

namespace benari::control {

// Reads --peers. Adds every error to `errors`.
std::vector<net::Url> ReadPeersFlag(FlagErrors& errors);

}  // namespace benari::control
