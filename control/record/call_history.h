#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/clock.h"
#include "common/log.h"
#include "control/record/call_identity.h"
#include "control/record/call_phase.h"

// The steps that calls have reported, for display: of the present calls, and of the last ones that ended. No
// decision depends on it.
namespace benari::control {

struct CallStep {
  using Value = std::variant<int64_t, double, std::string, bool>;

  Clock::Duration at{};  // since the record began
  log::Level level = log::Level::kInfo;
  std::string what;  // the line of the log
  std::vector<std::pair<std::string, Value>> fields;
};

struct CallRecord {
  struct Phase {
    CallPhase phase = CallPhase::kSetup;
    Clock::Duration at{};  // since the record began
  };
  struct End {
    CallOutcome outcome = CallOutcome::kFailed;
    std::string why;
    Clock::Duration at{};  // since the record began
  };

  CallIdentity identity;
  Clock::Time began{};  // of a call that is adopted: of its adoption
  Clock::WallTime began_at{};
  std::vector<Phase> phases;  // as they were entered, the present one last
  std::vector<CallStep> steps;
  size_t steps_left_out = 0;                // beyond kMostSteps
  std::optional<Clock::Duration> answered;  // since the record began; nullopt: the caller was not
  std::optional<End> end;                   // of a call that is over
  uint64_t changed = 0;                     // CallHistory::version at the last change
};

// Confined to the control loop.
class CallHistory {
 public:
  using Record = std::shared_ptr<CallRecord>;

  static constexpr size_t kMostEnded = 100;
  static constexpr size_t kMostSteps = 100;      // of a call
  static constexpr size_t kMostTextBytes = 500;  // of a field; longer ones are cut off

  // `on_change` is called when a record enters a phase, is answered, or ends.
  void set_on_change(std::function<void(const CallRecord&)> on_change) { on_change_ = std::move(on_change); }

  Record Begin(CallIdentity identity, const Clock& clock);
  void EnterPhase(CallRecord& record, CallPhase phase, Clock::Time now);
  void AddStep(CallRecord& record, CallStep step);
  // The first time counts.
  void Answer(CallRecord& record, Clock::Time now);
  // Moves the record from `now` to `ended`; the oldest one there is dropped beyond kMostEnded.
  void End(const Record& record, CallRecord::End end);

  Record Find(const std::string& call_id) const;  // null: neither now nor among the ended
  const std::map<std::string, Record>& now() const { return now_; }
  const std::deque<Record>& ended() const { return ended_; }  // the newest last

  // Grows with each change, so that a reader finds what has changed since its last read. A reader whose
  // version is below `forgotten` may have missed the end of a call.
  uint64_t version() const { return version_; }
  uint64_t forgotten() const { return forgotten_; }

 private:
  void Changed(CallRecord& record);

  std::function<void(const CallRecord&)> on_change_;
  std::map<std::string, Record> now_;  // by call id
  std::deque<Record> ended_;
  uint64_t version_ = 0;
  uint64_t forgotten_ = 0;  // `changed` of the newest record that was dropped
};

}  // namespace benari::control
