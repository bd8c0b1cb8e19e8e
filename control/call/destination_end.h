#pragma once

#include "control/call/call_facts.h"
#include "control/call/call_over.h"

// What the end of a destination's channel means. Pure.
namespace benari::control {

// For the call, and what the caller is told. A Local channel hides the cause (Q.850) of what is behind it as
// 0, the status of its Dial events does not; an extension that does not exist gives neither.
CallOver ExplainEnd(const ChannelFacts& destination, bool timed_out);

// True if it is gone, or never came to be, and nobody was told why.
bool LostUnheard(const ChannelFacts& destination);

}  // namespace benari::control
