#pragma once

#include "absl/strings/string_view.h"
#include "common/net/form.h"

namespace benari::control {

enum class WebhookCallStatus { kRinging, kInProgress, kCompleted };

const char* ToString(WebhookCallStatus status);

// What each request about an inbound call says of it, as Twilio's requests do
// (https://www.twilio.com/docs/voice/twiml#request-parameters). Pure.
net::Form CallForm(absl::string_view call_sid, absl::string_view caller, absl::string_view called,
                   WebhookCallStatus status);

}  // namespace benari::control
