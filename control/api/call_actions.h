#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "common/http/message.h"
#include "control/record/call_history.h"

namespace benari::control::api {

// What the actions do to calls, by call id. What it names outlives it.
struct ActionsPort {
  const CallHistory& history;
  // False while calls that an earlier process left may not be in the history yet.
  std::function<bool()> knows_calls;
  // False: the call is over.
  std::function<bool(const std::string& call_id)> hang_up;
  // INVALID_ARGUMENT and FAILED_PRECONDITION say why nobody is dialled; NOT_FOUND: the call is over.
  std::function<absl::Status(const std::string& call_id, const std::string& to)> transfer;
  // False: the call is over.
  std::function<bool(const std::string& call_id, const std::string& digits)> send_digits;
};

// POST /calls/{id}/hangup, /transfer {"to": "4438007"} and /digits {"digits": "12#"}: what the Calls resource
// does, in JSON, for who has nothing of Twilio. {id} is that of the call, percent-encoded, or its CallSid.
// Confined to the control loop.
class CallActions {
 public:
  static constexpr char kPath[] = "/calls/";

  CallActions(std::string account_sid, ActionsPort port)
      : account_sid_(std::move(account_sid)), port_(std::move(port)) {}

  void set_account_sid(std::string account_sid) { account_sid_ = std::move(account_sid); }

  // Of a path that begins with kPath. Never throws, but for lack of memory.
  http::Reply Answer(const http::Request& request) const;

 private:
  http::Reply Act(const CallRecord& record, const std::string& action, const std::string& body) const;
  CallHistory::Record Find(const std::string& id) const;  // null: no such call goes on

  std::string account_sid_;
  const ActionsPort port_;
};

}  // namespace benari::control::api
