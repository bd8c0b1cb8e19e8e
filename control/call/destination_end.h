#pragma once

#include "control/call/call_facts.h"
#include "control/call/call_over.h"

// Interprets the end of a destination's channel. Pure.
namespace benari::control {

// Returns the outcome and the reason of the caller's hang-up. A Local channel reports the cause of the
// channel behind it as 0, but its status in Dial events; an extension that does not exist yields neither.
CallOver ExplainEnd(const ChannelFacts& destination, bool timed_out);

// Returns true if the destination is gone, or was never created, and no cause or status was reported.
bool LostUnheard(const ChannelFacts& destination);

}  // namespace benari::control
