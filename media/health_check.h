#pragma once

#include "common/endpoint.h"

namespace benari::media {

// Asks the health service of the process that listens on `listen`, an any-address meaning this host. Prints
// one line; 0 when it serves, else 1.
int CheckHealth(const Endpoint& listen);

}  // namespace benari::media
