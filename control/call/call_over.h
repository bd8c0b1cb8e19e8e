#pragma once

#include <optional>
#include <string>

#include "control/record/call_phase.h"

namespace benari::control {

// Thrown inside a call to leave the dial plan for the clean-up; caught in Call::Run alone.
struct CallOver {
  CallOver(CallOutcome o, std::string r, std::string w)
      : outcome(o), reason(std::move(r)), why(std::move(w)) {}
  // Switching equipment congestion (Q.850): ARI's word congestion says circuit congestion, 34.
  CallOver(Refusal r, std::string w)
      : outcome(CallOutcome::kRefused), reason("42"), why(std::move(w)), refusal(r) {}

  CallOutcome outcome;
  std::string reason;  // of the caller's hang-up: see ari::Client::HangUp
  std::string why;     // for the log
  std::optional<Refusal> refusal;
  std::optional<BotResult>
      bot_result;  // the caller goes on in the dial plan, which reads it as BENARI_BOT_RESULT
};

}  // namespace benari::control
