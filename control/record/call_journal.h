#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/clock.h"
#include "common/log.h"
#include "control/record/call_history.h"

namespace benari::control {

// What one call tells of itself: every line goes to the log, with the call's id, and to the history.
// Confined to the control loop.
class CallJournal {
 public:
  // Begins the call's record, in the phase kSetup. The history and the clock outlive it.
  CallJournal(CallHistory& history, const Clock& clock, const std::string& call_id);

  void Info(absl::string_view what, log::Fields fields = {}) { Tell(log::Level::kInfo, what, fields); }
  void Warning(absl::string_view what, log::Fields fields = {}) { Tell(log::Level::kWarning, what, fields); }
  void Tell(log::Level level, absl::string_view what, log::Fields fields);
  void EnterPhase(CallPhase phase);
  // After the last line.
  void End(CallOutcome outcome, const std::string& why);

  CallPhase phase() const { return record_->phases.back().phase; }

 private:
  CallHistory& history_;
  const Clock& clock_;
  const CallHistory::Record record_;
};

}  // namespace benari::control
