#pragma once

#include "absl/strings/string_view.h"
#include "common/net/form.h"

namespace benari::control {

// What each request about a call says of it, as Twilio's requests do
// (https://www.twilio.com/docs/voice/twiml#request-parameters). `direction` and `status` are Twilio's words.
// Pure.
net::Form CallForm(absl::string_view call_sid, absl::string_view caller, absl::string_view called,
                   absl::string_view direction, absl::string_view status);

}  // namespace benari::control
