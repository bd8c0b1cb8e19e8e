#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/clock.h"
#include "common/log.h"
#include "control/record/call_history.h"
#include "control/record/metrics.h"

namespace benari::control {

// Records what one call reports: its lines in the log, with the call's id, and in the history; its phases in
// the history and the metrics. Confined to the control loop.
class CallJournal {
 public:
  // Begins the call's record, in the phase kSetup. All but the identity outlive it.
  CallJournal(CallHistory& history, Metrics& metrics, const Clock& clock, CallIdentity identity);

  void Info(absl::string_view what, log::Fields fields = {}) { Tell(log::Level::kInfo, what, fields); }
  void Warning(absl::string_view what, log::Fields fields = {}) { Tell(log::Level::kWarning, what, fields); }
  void Tell(log::Level level, absl::string_view what, log::Fields fields);
  // Does nothing if it is the present phase.
  void EnterPhase(CallPhase phase);
  // The caller's time with a bot, counted once when it has ended; without a beginning an end is ignored. The
  // flow tells both, but for an end by a hang-up or a redirect.
  void BotBegins() { with_bot_ = true; }
  void BotEnded(BotResult result);
  void CallerAnswered() { history_.Answer(*record_, clock_.Now()); }
  // To be called after the last line.
  void End(CallOutcome outcome, const std::string& why);

  CallPhase phase() const { return record_->phases.back().phase; }

 private:
  CallHistory& history_;
  Metrics& metrics_;
  const Clock& clock_;
  const CallHistory::Record record_;
  bool with_bot_ = false;
};

}  // namespace benari::control
