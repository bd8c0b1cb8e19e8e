#include "control/webhook/call_form.h"

#include <string>

#include "common/net/twilio.h"

namespace benari::control {

net::Form CallForm(absl::string_view call_sid, absl::string_view caller, absl::string_view called,
                   absl::string_view direction, absl::string_view status) {
  const std::string from(caller.empty() ? "anonymous" : caller), to(called);
  return {{"CallSid", std::string(call_sid)},
          {"AccountSid", net::kTwilioAccountSid},
          {"From", from},
          {"To", to},
          {"Caller", from},
          {"Called", to},
          {"Direction", std::string(direction)},
          {"CallStatus", std::string(status)},
          {"ApiVersion", "2010-04-01"}};
}

}  // namespace benari::control
