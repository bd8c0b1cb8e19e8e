#pragma once

#include "common/endpoint.h"

namespace benari::media {

// Whether others than this machine and its private networks may reach who listens there: true for an address
// that is public, for 0.0.0.0 and ::, and for a name that has such an address. Looks names up.
bool IsOpenToStrangers(const Endpoint& listen);

}  // namespace benari::media
