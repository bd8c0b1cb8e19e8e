#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "common/net/form.h"

// Twilio's account id and request signature: https://www.twilio.com/docs/usage/security
namespace benari::net {

// The account id that every bot receives: there are no accounts here, but bots require that it is not empty.
inline constexpr char kTwilioAccountSid[] = "AC0000000000000000000062656e617269";

inline constexpr char kTwilioSignatureHeader[] = "X-Twilio-Signature";

// Returns the value of that header: base64(HMAC-SHA1(auth_token, url and the names and values of the form,
// sorted by name)). Each value of a name counts once. A request without a form (GET, a WebSocket's handshake)
// is signed with an empty one. Pure.
std::string TwilioSignature(absl::string_view auth_token, absl::string_view url, const Form& form);

}  // namespace benari::net
