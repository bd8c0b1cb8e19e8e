#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "control/call/call.h"
#include "control/record/ids.h"

namespace benari::control {

// The calls of this process, by call id. Confined to the control loop.
class CallTable {
 public:
  // After the end of a call: its hang-ups are answered before Asterisk has done with its channels.
  static constexpr std::chrono::seconds kEndsLinger{5};

  explicit CallTable(const Ids& ids) : ids_(ids) {}

  void Add(std::shared_ptr<Call> call) {
    ended_.erase(call->id());
    calls_[call->id()] = call;
  }
  bool Contains(const std::string& call_id) const { return calls_.contains(call_id); }
  // The call whose caller, media or destination the channel is, or whose bridge it is; null: none. Looks
  // through all calls for a channel that may have taken a place by a transfer.
  std::shared_ptr<Call> Find(const std::string& channel_or_bridge_id) const;

  size_t size() const { return calls_.size(); }
  const std::map<std::string, std::shared_ptr<Call>>& calls() const { return calls_; }

  // Removes a call. It is remembered as ended: Asterisk may still list its channels for a while, and its
  // caller until that has left the application.
  void End(const Call& call, Clock::Time now);
  // The caller of a call that ended has left the application.
  void OnCallerLeft(const std::string& call_id);
  // False as well if the call could not undo everything, so that nothing more of it goes by itself.
  bool EndedSince(const std::string& call_id, Clock::Time since) const;
  // A process that died had made something for this call.
  void NoteUsed(const std::string& call_id, Clock::Time now);
  // An earlier call with this id ended lately, or NoteUsed: the names of its channels and leases may still be
  // taken.
  bool WasUsed(const std::string& call_id) const { return ended_.contains(call_id); }
  // Returns true if the call has ended and its caller, as far as is known, is still in the application.
  bool EndedWithoutItsCaller(const std::string& call_id) const;
  // Returns the reason with which the caller of a call that ended is hung up: see ari::Client::HangUp.
  std::string ReasonOf(const std::string& call_id) const;
  // Forgets calls that ended before `before`, except those whose caller is one of `in_app`.
  void ForgetEnded(Clock::Time before, const std::set<std::string>& in_app);

 private:
  struct Ended {
    Clock::Time at;
    bool caller_left = false;
    bool undone = true;
    std::string caller_reason;
  };

  const Ids& ids_;
  std::map<std::string, std::shared_ptr<Call>> calls_;
  std::map<std::string, Ended> ended_;  // by call id
};

}  // namespace benari::control
