#include "control/app/call_table.h"

#include <algorithm>

namespace benari::control {

std::shared_ptr<Call> CallTable::Find(const std::string& channel_or_bridge_id) const {
  const auto parsed = ids_.Parse(channel_or_bridge_id);
  const auto found = calls_.find(parsed.has_value() ? parsed->call_id : channel_or_bridge_id);
  if (found != calls_.end()) return found->second;
  if (parsed.has_value()) return nullptr;
  for (const auto& [id, call] : calls_) {
    const auto& substitutes = call->facts().known().substitutes;
    const auto is_it = [&](const auto& each) { return each.second == channel_or_bridge_id; };
    if (std::any_of(substitutes.begin(), substitutes.end(), is_it)) return call;
  }
  return nullptr;
}

void CallTable::End(const Call& call, Clock::Time now) {
  const auto& channels = call.facts().known().channels;
  const auto caller = channels.find(call.id());
  const bool left = caller != channels.end() && caller->second.gone;
  ended_[call.id()] = {now, left, call.undone(), call.caller_reason()};
  calls_.erase(call.id());
}

void CallTable::OnCallerLeft(const std::string& call_id) {
  if (const auto ended = ended_.find(call_id); ended != ended_.end()) ended->second.caller_left = true;
}

bool CallTable::EndedSince(const std::string& call_id, Clock::Time since) const {
  const auto ended = ended_.find(call_id);
  return ended != ended_.end() && ended->second.at >= since && ended->second.undone;
}

void CallTable::NoteUsed(const std::string& call_id, Clock::Time now) {
  if (!calls_.contains(call_id)) ended_.try_emplace(call_id, Ended{now, /*caller_left=*/true});
}

bool CallTable::EndedWithoutItsCaller(const std::string& call_id) const {
  const auto ended = ended_.find(call_id);
  return ended != ended_.end() && !ended->second.caller_left;
}

std::string CallTable::ReasonOf(const std::string& call_id) const {
  const auto ended = ended_.find(call_id);
  return ended == ended_.end() || ended->second.caller_reason.empty() ? "normal"
                                                                      : ended->second.caller_reason;
}

void CallTable::ForgetEnded(Clock::Time before, const std::set<std::string>& in_app) {
  std::erase_if(ended_, [&](const auto& each) {
    const auto& [id, ended] = each;
    return ended.at < before && (ended.caller_left || !in_app.contains(id));
  });
}

}  // namespace benari::control
