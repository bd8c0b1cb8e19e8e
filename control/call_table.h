#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "control/call.h"
#include "control/ids.h"

namespace benari::control {

// The calls of this process, by call id. Confined to the control loop.
class CallTable {
 public:
  explicit CallTable(const Ids& ids) : ids_(ids) {}

  void Add(std::shared_ptr<Call> call) { calls_[call->id()] = call; }
  void Remove(const std::string& call_id) { calls_.erase(call_id); }
  bool Contains(const std::string& call_id) const { return calls_.contains(call_id); }
  // The call whose caller, media or destination the channel is, or whose bridge it is; null: none. Looks
  // through all calls for a channel that may have taken a place by a transfer.
  std::shared_ptr<Call> Find(const std::string& channel_or_bridge_id) const;

  size_t size() const { return calls_.size(); }
  const std::map<std::string, std::shared_ptr<Call>>& calls() const { return calls_; }

  // Calls that ended while a list was asked for, which may still name them.
  void RememberEnded(const std::string& call_id) { ended_.insert(call_id); }
  bool EndedLately(const std::string& call_id) const { return ended_.contains(call_id); }
  void ForgetEnded() { ended_.clear(); }

 private:
  const Ids& ids_;
  std::map<std::string, std::shared_ptr<Call>> calls_;
  std::set<std::string> ended_;
};

}  // namespace benari::control
