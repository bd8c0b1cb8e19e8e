#pragma once

#include "common/endpoint.h"

namespace benari::media {

// Returns true if `listen` is reachable from outside private networks: a public address, 0.0.0.0, ::, or a
// name that resolves to one of them. Blocks while it resolves names.
bool IsOpenToStrangers(const Endpoint& listen);

}  // namespace benari::media
