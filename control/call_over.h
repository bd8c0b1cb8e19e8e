#pragma once

#include <string>

#include "control/call_phase.h"

namespace benari::control {

// Thrown inside a call to leave the dial plan for the clean-up; caught in Call::Run alone.
struct CallOver {
  CallOver(CallOutcome o, std::string r, std::string w)
      : outcome(o), reason(std::move(r)), why(std::move(w)) {}

  CallOutcome outcome;
  std::string reason;  // of the caller's hang-up, as ARI spells it
  std::string why;     // for the log
};

}  // namespace benari::control
