#pragma once

#include "media/node/config.h"

namespace benari::media {

// Asks the health service of the process that runs with these flags, an any-address meaning this host. Prints
// one line; 0 when it serves, else 1.
int CheckHealth(const Config& config);

}  // namespace benari::media
