#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/http/message.h"
#include "common/net/form.h"
#include "control/api/call_parameters.h"
#include "control/record/call_history.h"

namespace benari::control::api {

// What the Calls resource sees of the calls. What it names outlives it.
struct CallsPort {
  const CallHistory& history;
  // False while calls that an earlier process left may not be in the history yet.
  std::function<bool()> knows_calls;
  // Ends a call. False: it is over already.
  std::function<bool(const std::string& call_id)> hang_up;
  // A call leaves what it does and runs a document. False: it is over.
  std::function<bool(const std::string& call_id, twiml::Source source)> redirect;
  // Makes a call; its id. INVALID_ARGUMENT, FAILED_PRECONDITION: as it was asked for it never can be;
  // RESOURCE_EXHAUSTED: there is no room now; UNAVAILABLE: Asterisk is not there.
  std::function<absl::StatusOr<std::string>(CallOrder order)> dial_out;
  // Reports the statuses of a call from now on.
  std::function<void(const CallRecord& record, const StatusCallback& callback)> report;
};

// The Calls resource of Twilio's REST API, /2010-04-01/Accounts/{A}/Calls, for an account that the request
// has shown to be its own: makes, reads, lists, redirects and hangs up calls. README.md has what is
// understood. Confined to the control loop.
class CallsResource {
 public:
  CallsResource(std::string account_sid, CallsPort port)
      : account_sid_(std::move(account_sid)), port_(std::move(port)) {}

  void set_account_sid(std::string account_sid) { account_sid_ = std::move(account_sid); }

  // Never throws, but for lack of memory.
  http::Reply Answer(const http::Request& request) const;

 private:
  http::Reply List(const std::string& query) const;
  http::Reply Create(const http::Request& request) const;
  http::Reply Update(const CallRecord& record, const http::Request& request) const;
  http::Reply HangUp(const CallRecord& record, const std::string& status) const;
  CallHistory::Record Find(const std::string& call_sid) const;  // null: there is none

  std::string account_sid_;
  const CallsPort port_;
};

}  // namespace benari::control::api
