#include "control/call_table.h"

namespace benari::control {

std::shared_ptr<Call> CallTable::Find(const std::string& channel_or_bridge_id) const {
  const auto parsed = ids_.Parse(channel_or_bridge_id);
  const auto found = calls_.find(parsed.has_value() ? parsed->call_id : channel_or_bridge_id);
  return found == calls_.end() ? nullptr : found->second;
}

}  // namespace benari::control
