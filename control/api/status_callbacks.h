#pragma once

#include <map>
#include <string>

#include "control/api/call_parameters.h"
#include "control/record/call_history.h"
#include "control/webhook/webhooks.h"

namespace benari::control::api {

// Reports to the server of a bot how calls that it has asked for get on, as Twilio's StatusCallback does.
// What is to be reported is known to this process alone. Confined to the control loop.
class StatusCallbacks {
 public:
  explicit StatusCallbacks(Webhooks& webhooks) : webhooks_(webhooks) {}

  // From now on, until the call is over.
  void Add(const CallRecord& record, const StatusCallback& callback);
  // To be called with each change of a record.
  void OnChange(const CallRecord& record);

 private:
  struct Callback {
    StatusCallback asked;
    std::string status;  // reported last, or not asked for
    int sequence = 0;    // of the next report
  };

  void Report(const CallRecord& record, Callback& callback);

  Webhooks& webhooks_;
  std::map<std::string, Callback> callbacks_;  // by call id
};

}  // namespace benari::control::api
