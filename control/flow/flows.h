#pragma once

#include <memory>

#include "control/call/flow.h"

namespace benari::control {

// A FlowFactory: `flow` of the settings.
std::unique_ptr<Flow> MakeFlow(const CallConfig& settings);

}  // namespace benari::control
