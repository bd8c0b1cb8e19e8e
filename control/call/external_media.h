#pragma once

#include "common/endpoint.h"
#include "control/ari/client.h"

namespace benari::control {

// Returns the address from which Asterisk sends the RTP of an ExternalMedia channel, by the answer to its
// creation. Throws ari::Error (kMalformed) if the answer does not have it. Pure.
Endpoint RtpFrom(const ari::Channel& channel);

}  // namespace benari::control
