#pragma once

#include <string>
#include <vector>

#include "control/config.h"

namespace benari::control {

// Returns one line for each flag that is given and does nothing, or less than it seems to, as the others are;
// none of them is a mistake, since the dial plan or another start may bring the rest. Reads the flags and
// `config`, which was read from them. One thread.
std::vector<std::string> IdleFlags(const Config& config);

}  // namespace benari::control
