#include "control/record/call_journal.h"

#include <utility>
#include <vector>

#include "common/log_line.h"

namespace benari::control {

namespace {

CallStep::Value Keep(const log::Field& field) {
  if (const auto* text = std::get_if<absl::string_view>(&field.value)) return std::string(*text);
  if (const auto* integer = std::get_if<int64_t>(&field.value)) return *integer;
  if (const auto* number = std::get_if<double>(&field.value)) return *number;
  return std::get<bool>(field.value);
}

}  // namespace

CallJournal::CallJournal(CallHistory& history, Metrics& metrics, const Clock& clock, CallIdentity identity)
    : history_(history),
      metrics_(metrics),
      clock_(clock),
      record_(history.Begin(std::move(identity), clock)) {
  metrics_.PhaseEntered(CallPhase::kSetup);
  history_.EnterPhase(*record_, CallPhase::kSetup, record_->began);
}

void CallJournal::EnterPhase(CallPhase next) {
  if (next == phase()) return;
  metrics_.PhaseLeft(phase());
  metrics_.PhaseEntered(next);
  history_.EnterPhase(*record_, next, clock_.Now());
  Info("phase", {{"phase", ToString(next)}});
}

void CallJournal::BotEnded(BotResult result) {
  if (std::exchange(with_bot_, false)) metrics_.BotEnded(result);
}

void CallJournal::End(CallOutcome outcome, const std::string& why) {
  metrics_.PhaseLeft(phase());
  history_.End(record_, {outcome, why, clock_.Now() - record_->began});
}

void CallJournal::Tell(log::Level level, absl::string_view what, log::Fields fields) {
  std::vector<log::Field> line = {{"call", record_->identity.call_id}};
  line.insert(line.end(), fields.begin(), fields.end());
  log::Write(level, what, line);
  CallStep step;
  step.at = clock_.Now() - record_->began;
  step.level = level;
  step.what = std::string(what);
  for (const log::Field& field : fields) step.fields.emplace_back(std::string(field.key), Keep(field));
  history_.AddStep(*record_, std::move(step));
}

}  // namespace benari::control
