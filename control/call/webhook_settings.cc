#include "control/call/webhook_settings.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/net/url.h"

namespace benari::control {

namespace {

constexpr absl::string_view kNumber = "{number}";
constexpr size_t kMostDigits = 32;

absl::Status Accepted(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("accepted is ", what));
}

absl::Status SetUrl(std::string& setting, absl::string_view value) {
  const auto url = net::ParseUrl(value, {"http", "https"});
  if (!value.empty() && !url.ok()) return url.status();
  setting = std::string(value);
  return absl::OkStatus();
}

absl::Status SetEndpoint(std::string& setting, absl::string_view value) {
  if (!value.empty() && !(absl::StrContains(value, '/') && absl::StrContains(value, kNumber)))
    return Accepted("TECHNOLOGY/RESOURCE with {number} in it, such as PJSIP/{number}@trunk");
  setting = std::string(value);
  return absl::OkStatus();
}

}  // namespace

absl::Status SetWebhookSetting(WebhookSettings& settings, absl::string_view name, absl::string_view value) {
  if (name == "webhook_url") return SetUrl(settings.url, value);
  if (name == "webhook_fallback_url") return SetUrl(settings.fallback_url, value);
  if (name == "dial_out_endpoint") return SetEndpoint(settings.dial_out_endpoint, value);
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

absl::StatusOr<std::string> DialOutEndpoint(const WebhookSettings& settings, absl::string_view number) {
  if (settings.dial_out_endpoint.empty())
    return absl::FailedPreconditionError("numbers are not dialled without --dial_out_endpoint");
  const std::string plain =
      absl::StrReplaceAll(number, {{" ", ""}, {"(", ""}, {")", ""}, {"-", ""}, {".", ""}});
  const absl::string_view digits = absl::StripPrefix(plain, "+");
  const bool good =
      !digits.empty() && digits.size() <= kMostDigits &&
      std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
  if (!good) {
    return absl::InvalidArgumentError(absl::StrCat("'", absl::CHexEscape(number.substr(0, 2 * kMostDigits)),
                                                   "' is no number: accepted are up to ", kMostDigits,
                                                   " digits, with + before them or without"));
  }
  return absl::StrReplaceAll(settings.dial_out_endpoint, {{kNumber, plain}});
}

absl::StatusOr<std::string> TransferEndpoint(const WebhookSettings& settings, absl::string_view number,
                                             absl::string_view called) {
  absl::StatusOr<std::string> endpoint = DialOutEndpoint(settings, number);
  const auto own = DialOutEndpoint(settings, called);
  if (endpoint.ok() && own.ok() && *own == *endpoint)
    return absl::InvalidArgumentError("the caller would be connected to the number that it has called");
  return endpoint;
}

}  // namespace benari::control
