#pragma once

#include <string>

#include "common/endpoint.h"

namespace benari::media {

// Returns why listening for TCP at `endpoint` fails, as text for an operator, since gRPC does not report it.
// Tries to bind the endpoint. Thread-safe.
std::string WhyNotListening(const Endpoint& endpoint);

}  // namespace benari::media
