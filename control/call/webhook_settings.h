#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "control/twiml/source.h"

// Whom the webhook flow asks, and whom its answers may have dialled. Pure.
namespace benari::control {

struct WebhookSettings {
  std::string url;           // empty: there is none
  std::string fallback_url;  // empty: none
  twiml::Method method = twiml::Method::kPost;
  std::string dial_out_endpoint;            // "PJSIP/{number}@trunk"; empty: nobody is dialled
  std::optional<twiml::Document> document;  // done first, before anybody is asked
};

// Sets the document, and where to ask for others.
void SetSource(WebhookSettings& settings, twiml::Source source);

// `name` begins with "webhook_", or is dial_out_endpoint. INVALID_ARGUMENT says what is accepted, and leaves
// `settings` as they are. NOT_FOUND: there is no such setting.
absl::Status SetWebhookSetting(WebhookSettings& settings, absl::string_view name, absl::string_view value);

// The endpoint that a number is dialled at. INVALID_ARGUMENT says what is wrong with the number; blanks and
// ( ) - . in it do not count. FAILED_PRECONDITION: numbers are not dialled, and which setting to look at.
absl::StatusOr<std::string> DialOutEndpoint(const WebhookSettings& settings, absl::string_view number);
// The same for who has called `called` already: INVALID_ARGUMENT also if it is that number again.
absl::StatusOr<std::string> TransferEndpoint(const WebhookSettings& settings, absl::string_view number,
                                             absl::string_view called);

}  // namespace benari::control
