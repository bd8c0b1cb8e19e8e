#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "control/twiml/source.h"

namespace re2 {
class RE2;
}

// Whom the webhook flow asks, and whom its answers may have dialled. Pure.
namespace benari::control {

struct WebhookSettings {
  std::string url;           // empty: there is none
  std::string fallback_url;  // empty: none
  twiml::Method method = twiml::Method::kPost;
  std::string dial_out_endpoint;      // "PJSIP/{number}@trunk"; empty: no number is dialled
  std::string dial_out_sip_endpoint;  // "PJSIP/trunk/{uri}"; empty: no SIP URI is dialled
  // The names and SIP URIs that may be dialled; null: none.
  std::shared_ptr<const re2::RE2> dial_out_allow;
  std::optional<twiml::Document> document;  // done first, before anybody is asked
};

// Sets the document, and where to ask for others.
void SetSource(WebhookSettings& settings, twiml::Source source);

// How control passes the document of a call that it makes to the process after it, among the arguments of the
// application: web-safe base64 of its text. No flag, and of no use in a dial plan.
inline constexpr absl::string_view kDocumentSetting = "webhook_document";

// `name` begins with "webhook_" or "dial_out_". INVALID_ARGUMENT says what is accepted, and leaves
// `settings` as they are. NOT_FOUND: there is no such setting.
absl::Status SetWebhookSetting(WebhookSettings& settings, absl::string_view name, absl::string_view value);

// True of "sip:…" and "sips:…".
bool IsSipUri(absl::string_view address);

// The endpoint that a number, a name or a SIP URI is dialled at. Blanks and ( ) - . in a number do not count.
// INVALID_ARGUMENT says what is wrong with the address, or that --dial_out_allow does not allow it.
// FAILED_PRECONDITION: none of its kind is dialled, and which setting to look at.
absl::StatusOr<std::string> DialOutEndpoint(const WebhookSettings& settings, absl::string_view address);
// The same for who has called `called` already: INVALID_ARGUMENT also if it is that address again.
absl::StatusOr<std::string> TransferEndpoint(const WebhookSettings& settings, absl::string_view address,
                                             absl::string_view called);

}  // namespace benari::control
