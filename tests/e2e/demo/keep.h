#pragma once

#include <string>

#include "common/endpoint.h"
#include "tests/harness/services.h"

namespace benari::e2e {

// For a softphone: what it dials at an Asterisk that listens there, and what it needs.
std::string HowToCallIn(const Endpoint& sip);

// Says where everything is, and returns once SIGINT or SIGTERM has come. These must be blocked in all
// threads.
void KeepRunning(const std::string& how_to_call_in, const MediaProcess& media, const ControlProcess& control);

}  // namespace benari::e2e
