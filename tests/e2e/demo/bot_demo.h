#pragma once

#include <string>

#include "common/endpoint.h"

namespace benari::e2e {

// A caller who speaks with the bot of tests/bots/speaking, told as a dialogue. Logs and the WAV, the caller
// left and what it heard right, go to `out`. The exit code: 0 when the bot understood everything and nothing
// is left; `keep` leaves everything running until Ctrl-C. Needs a real Asterisk; throws when one of the
// processes does not come up.
int RunBotDemo(const Endpoint& sip, const std::string& out, bool keep);

}  // namespace benari::e2e
