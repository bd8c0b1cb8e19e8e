#pragma once

#include <memory>

#include "control/call/flow.h"
#include "control/speech/speech.h"
#include "control/webhook/webhooks.h"

namespace benari::control {

// Creates the flow that the setting `flow` names. `speech` may be nullptr: nothing is said.
std::unique_ptr<Flow> MakeFlow(const CallConfig& settings, Webhooks& webhooks, Speech* speech);

}  // namespace benari::control
