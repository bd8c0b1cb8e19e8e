#include "control/call_table.h"

#include <algorithm>

namespace benari::control {

std::shared_ptr<Call> CallTable::Find(const std::string& channel_or_bridge_id) const {
  const auto parsed = ids_.Parse(channel_or_bridge_id);
  const auto found = calls_.find(parsed.has_value() ? parsed->call_id : channel_or_bridge_id);
  if (found != calls_.end()) return found->second;
  if (parsed.has_value()) return nullptr;
  for (const auto& [id, call] : calls_) {
    const auto& substitutes = call->mailbox().news().substitutes;
    const auto is_it = [&](const auto& each) { return each.second == channel_or_bridge_id; };
    if (std::any_of(substitutes.begin(), substitutes.end(), is_it)) return call;
  }
  return nullptr;
}

}  // namespace benari::control
