#pragma once

#include <optional>
#include <string>

#include "control/record/call_phase.h"

namespace benari::control {

// Thrown inside a call to end its flow; only Call::Run catches it for good and starts the undo.
struct CallOver {
  CallOver(CallOutcome o, std::string r, std::string w)
      : outcome(o), reason(std::move(r)), why(std::move(w)) {}
  // Switching equipment congestion (Q.850, 42); ARI's word "congestion" would mean circuit congestion, 34.
  CallOver(Refusal r, std::string w)
      : outcome(CallOutcome::kRefused), reason("42"), why(std::move(w)), refusal(r) {}

  CallOutcome outcome;
  std::string reason;  // with which the caller is hung up: see ari::Client::HangUp
  std::string why;     // for the log
  std::optional<Refusal> refusal;
  // Set if the caller continues in the dial plan, which reads it as BENARI_BOT_RESULT.
  std::optional<BotResult> bot_result;
};

}  // namespace benari::control
