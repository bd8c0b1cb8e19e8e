#pragma once

#include <string>

#include "common/endpoint.h"

namespace benari::media {

// Why nobody can listen for TCP there, for a person: servers of libraries do not say. Tries it. Pure but for
// that.
std::string WhyNotListening(const Endpoint& endpoint);

}  // namespace benari::media
