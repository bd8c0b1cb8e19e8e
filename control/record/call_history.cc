#include "control/record/call_history.h"

#include <algorithm>
#include <utility>

namespace benari::control {

namespace {

void CutOff(std::string& text) {
  if (text.size() > CallHistory::kMostTextBytes) text.resize(CallHistory::kMostTextBytes);
}

}  // namespace

CallHistory::Record CallHistory::Begin(CallIdentity identity, const Clock& clock) {
  auto record = std::make_shared<CallRecord>();
  record->identity = std::move(identity);
  record->began = clock.Now();
  record->began_at = clock.WallNow();
  record->changed = ++version_;
  now_[record->identity.call_id] = record;
  return record;
}

void CallHistory::EnterPhase(CallRecord& record, CallPhase phase, Clock::Time now) {
  record.phases.push_back({phase, now - record.began});
  Changed(record);
}

void CallHistory::Changed(CallRecord& record) {
  record.changed = ++version_;
  if (on_change_) on_change_(record);
}

void CallHistory::AddStep(CallRecord& record, CallStep step) {
  record.changed = ++version_;
  if (record.steps.size() >= kMostSteps) {
    ++record.steps_left_out;
    return;
  }
  for (auto& [key, value] : step.fields) {
    if (auto* text = std::get_if<std::string>(&value)) CutOff(*text);
  }
  record.steps.push_back(std::move(step));
}

void CallHistory::Answer(CallRecord& record, Clock::Time now) {
  if (record.answered.has_value()) return;
  record.answered = now - record.began;
  Changed(record);
}

void CallHistory::End(const Record& record, CallRecord::End end) {
  const auto found = now_.find(record->identity.call_id);
  if (found != now_.end() && found->second == record) now_.erase(found);
  CutOff(end.why);
  record->end = std::move(end);
  Changed(*record);
  ended_.push_back(record);
  if (ended_.size() <= kMostEnded) return;
  forgotten_ = ended_.front()->changed;
  ended_.pop_front();
}

CallHistory::Record CallHistory::Find(const std::string& call_id) const {
  const auto found = now_.find(call_id);
  if (found != now_.end()) return found->second;
  const auto ended = std::find_if(ended_.rbegin(), ended_.rend(), [&call_id](const Record& record) {
    return record->identity.call_id == call_id;
  });
  return ended == ended_.rend() ? nullptr : *ended;
}

}  // namespace benari::control
