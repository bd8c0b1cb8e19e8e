#include "control/call/webhook_settings.h"

#include <re2/re2.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/net/url.h"
#include "common/shown.h"
#include "control/twiml/parser.h"

namespace benari::control {

namespace {

constexpr absl::string_view kNumber = "{number}";
constexpr absl::string_view kUri = "{uri}";

// What may be dialled at all. Nothing in it means something else in a dial string of Asterisk, makes a header
// of a SIP request, or sends it elsewhere than to HOST.
constexpr char kAcceptedNumber[] = "\\+?[0-9]{1,32}";
constexpr char kAcceptedName[] = "[A-Za-z0-9._-]{1,64}";
constexpr char kAcceptedUri[] =
    "sips?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,64}(:[0-9]{1,5})?(;transport=(udp|tcp|tls))?";

re2::StringPiece Piece(absl::string_view text) { return {text.data(), text.size()}; }

bool IsNumber(absl::string_view text) {
  static const re2::RE2& kNumbers = *new re2::RE2(kAcceptedNumber);
  return re2::RE2::FullMatch(Piece(text), kNumbers);
}

bool IsName(absl::string_view text) {
  static const re2::RE2& kNames = *new re2::RE2(kAcceptedName);
  return re2::RE2::FullMatch(Piece(text), kNames);
}

bool IsPlainSipUri(absl::string_view text) {
  static const re2::RE2& kUris = *new re2::RE2(kAcceptedUri);
  return re2::RE2::FullMatch(Piece(text), kUris);
}

absl::Status Accepted(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("accepted is ", what));
}

absl::Status SetUrl(std::string& setting, absl::string_view value) {
  const auto url = net::ParseUrl(value, {"http", "https"});
  if (!value.empty() && !url.ok()) return url.status();
  setting = std::string(value);
  return absl::OkStatus();
}

absl::Status SetEndpoint(std::string& setting, absl::string_view value, absl::string_view placeholder,
                         absl::string_view example) {
  if (!value.empty() && !(absl::StrContains(value, '/') && absl::StrContains(value, placeholder)))
    return Accepted(absl::StrCat("TECHNOLOGY/RESOURCE with ", placeholder, " in it, such as ", example));
  setting = std::string(value);
  return absl::OkStatus();
}

absl::Status SetAllow(WebhookSettings& settings, absl::string_view value) {
  if (value.empty()) {
    settings.dial_out_allow.reset();
    return absl::OkStatus();
  }
  auto allow = std::make_shared<const re2::RE2>(Piece(value), re2::RE2::Quiet);
  if (!allow->ok()) return Accepted(absl::StrCat("a regular expression as RE2 has them: ", allow->error()));
  settings.dial_out_allow = std::move(allow);
  return absl::OkStatus();
}

bool IsAllowed(const WebhookSettings& settings, absl::string_view address) {
  return settings.dial_out_allow != nullptr && re2::RE2::FullMatch(Piece(address), *settings.dial_out_allow);
}

constexpr char kNotAllowed[] = "--dial_out_allow does not match it";

absl::StatusOr<std::string> SipEndpoint(const WebhookSettings& settings, absl::string_view uri) {
  if (settings.dial_out_sip_endpoint.empty())
    return absl::FailedPreconditionError("SIP URIs are not dialled without --dial_out_sip_endpoint");
  if (!IsPlainSipUri(uri))
    return absl::InvalidArgumentError(
        absl::StrCat(Shown(uri),
                     " is no SIP URI that is dialled: accepted is sip:USER@HOST, both of up to 64 letters, "
                     "digits, . _ + and -, then :PORT and ;transport=udp, tcp or tls"));
  if (!IsAllowed(settings, uri))
    return absl::InvalidArgumentError(absl::StrCat(Shown(uri), " is not dialled: ", kNotAllowed));
  return absl::StrReplaceAll(settings.dial_out_sip_endpoint, {{kUri, uri}});
}

}  // namespace

absl::Status SetDocument(WebhookSettings& settings, absl::string_view value) {
  std::string text;
  if (!absl::WebSafeBase64Unescape(value, &text)) return Accepted("web-safe base64");
  absl::StatusOr<twiml::Document> document = twiml::Parse(text);
  if (!document.ok()) return document.status();
  settings.document = *std::move(document);
  return absl::OkStatus();
}

absl::Status SetWebhookSetting(WebhookSettings& settings, absl::string_view name, absl::string_view value) {
  if (name == "webhook_url") return SetUrl(settings.url, value);
  if (name == "webhook_fallback_url") return SetUrl(settings.fallback_url, value);
  if (name == kDocumentSetting) return SetDocument(settings, value);
  if (name == "dial_out_endpoint")
    return SetEndpoint(settings.dial_out_endpoint, value, kNumber, "PJSIP/{number}@trunk");
  if (name == "dial_out_sip_endpoint")
    return SetEndpoint(settings.dial_out_sip_endpoint, value, kUri, "PJSIP/trunk/{uri}");
  if (name == "dial_out_allow") return SetAllow(settings, value);
  if (name != "webhook_method") return absl::NotFoundError("there is no such setting");
  if (value != "POST" && value != "GET") return Accepted("POST or GET");
  settings.method = value == "POST" ? twiml::Method::kPost : twiml::Method::kGet;
  return absl::OkStatus();
}

void SetSource(WebhookSettings& settings, twiml::Source source) {
  settings.url.clear();
  settings.fallback_url.clear();
  settings.document.reset();
  if (auto* const document = std::get_if<twiml::Document>(&source)) {
    settings.document = std::move(*document);
    return;
  }
  auto& remote = std::get<twiml::RemoteDocument>(source);
  settings.url = std::move(remote.url);
  settings.fallback_url = std::move(remote.fallback_url);
  settings.method = remote.method;
}

bool IsSipUri(absl::string_view address) {
  return absl::StartsWith(address, "sip:") || absl::StartsWith(address, "sips:");
}

absl::StatusOr<std::string> DialOutEndpoint(const WebhookSettings& settings, absl::string_view address) {
  if (IsSipUri(address)) return SipEndpoint(settings, address);
  if (settings.dial_out_endpoint.empty())
    return absl::FailedPreconditionError("numbers are not dialled without --dial_out_endpoint");
  const std::string digits =
      absl::StrReplaceAll(address, {{" ", ""}, {"(", ""}, {")", ""}, {"-", ""}, {".", ""}});
  const bool number = IsNumber(digits);
  if (!number && !IsName(address))
    return absl::InvalidArgumentError(
        absl::StrCat(Shown(address),
                     " is no number: accepted are up to 32 digits, with + before them or without, and names "
                     "of up to 64 letters, digits, . _ and -"));
  if (!number && !IsAllowed(settings, address))
    return absl::InvalidArgumentError(
        absl::StrCat(Shown(address), " is no number of up to 32 digits, and ", kNotAllowed));
  return absl::StrReplaceAll(settings.dial_out_endpoint, {{kNumber, number ? digits : address}});
}

absl::StatusOr<std::string> TransferEndpoint(const WebhookSettings& settings, absl::string_view address,
                                             absl::string_view called) {
  absl::StatusOr<std::string> endpoint = DialOutEndpoint(settings, address);
  const auto own = DialOutEndpoint(settings, called);
  if (endpoint.ok() && own.ok() && *own == *endpoint)
    return absl::InvalidArgumentError("the caller would be connected to the number that it has called");
  return endpoint;
}

}  // namespace benari::control
