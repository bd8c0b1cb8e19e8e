#include "control/webhook/call_form.h"

#include <string>

#include "common/net/twilio.h"

namespace benari::control {

const char* ToString(WebhookCallStatus status) {
  switch (status) {
    case WebhookCallStatus::kRinging:
      return "ringing";
    case WebhookCallStatus::kInProgress:
      return "in-progress";
    case WebhookCallStatus::kCompleted:
      return "completed";
  }
  return "unknown";
}

net::Form CallForm(absl::string_view call_sid, absl::string_view caller, absl::string_view called,
                   WebhookCallStatus status) {
  const std::string from(caller.empty() ? "anonymous" : caller), to(called);
  return {{"CallSid", std::string(call_sid)},
          {"AccountSid", net::kTwilioAccountSid},
          {"From", from},
          {"To", to},
          {"Caller", from},
          {"Called", to},
          {"Direction", "inbound"},
          {"CallStatus", ToString(status)},
          {"ApiVersion", "2010-04-01"}};
}

}  // namespace benari::control
