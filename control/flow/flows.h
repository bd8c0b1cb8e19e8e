#pragma once

#include <memory>

#include "control/call/flow.h"
#include "control/webhook/webhooks.h"

namespace benari::control {

// Creates the flow that the setting `flow` names.
std::unique_ptr<Flow> MakeFlow(const CallConfig& settings, Webhooks& webhooks);

}  // namespace benari::control
