#pragma once

#include <memory>

#include "control/call/flow.h"

namespace benari::control {

// Creates the flow that the setting `flow` names. Is a FlowFactory.
std::unique_ptr<Flow> MakeFlow(const CallConfig& settings);

}  // namespace benari::control
