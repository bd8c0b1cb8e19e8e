#include "control/api/call_parameters.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/net/url.h"
#include "common/shown.h"
#include "control/twiml/parser.h"

namespace benari::control::api {

namespace {

constexpr size_t kMostDigits = 32;
constexpr int kLongestRinging = 600;  // seconds

absl::Status Refuse(absl::string_view name, absl::string_view value, absl::string_view accepted) {
  return absl::InvalidArgumentError(absl::StrCat(name, " is ", Shown(value), ", accepted is ", accepted));
}

absl::Status CheckUrl(absl::string_view name, absl::string_view value) {
  const auto url = net::ParseUrl(value, {"http", "https"});
  return url.ok() ? absl::OkStatus() : Refuse(name, value, "an http or https URL");
}

absl::Status ReadMethod(absl::string_view name, absl::string_view value, twiml::Method* method) {
  if (value != "POST" && value != "GET") return Refuse(name, value, "POST or GET");
  *method = value == "POST" ? twiml::Method::kPost : twiml::Method::kGet;
  return absl::OkStatus();
}

absl::Status ReadNumber(absl::string_view name, absl::string_view value, std::string* number) {
  const absl::string_view digits = absl::StripPrefix(value, "+");
  const bool good = !digits.empty() && digits.size() <= kMostDigits &&
                    std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit);
  if (!good)
    return Refuse(name, value,
                  absl::StrCat("a number of up to ", kMostDigits, " digits, with + before them or without"));
  *number = std::string(value);
  return absl::OkStatus();
}

// Whether it may be dialled is a matter of settings.
absl::Status ReadTo(absl::string_view value, std::string* to) {
  if (value.empty()) return Refuse("To", value, "a number, a name or a SIP URI");
  *to = std::string(value);
  return absl::OkStatus();
}

absl::Status ReadTimeout(absl::string_view name, absl::string_view value, std::chrono::seconds* timeout) {
  int seconds = 0;
  if (!absl::SimpleAtoi(value, &seconds) || seconds < 1 || seconds > kLongestRinging)
    return Refuse(name, value, absl::StrCat("1..", kLongestRinging));
  *timeout = std::chrono::seconds(seconds);
  return absl::OkStatus();
}

// What is left out of a document is only warned of, unless nothing is left then.
absl::StatusOr<twiml::Document> ReadTwiml(const std::string& text) {
  auto document = twiml::Parse(text);
  if (!document.ok()) return absl::InvalidArgumentError(absl::StrCat("Twiml: ", document.status().message()));
  if (document->verbs.empty() && !document->warnings.empty())
    return absl::InvalidArgumentError(absl::StrCat(
        "Twiml: ", document->warnings.front(),
        "; accepted are Connect with Stream, Dial, Hangup, Pause, Play, Redirect, Reject and Say"));
  return document;
}

// Twiml, Url and what belongs to it.
class SourceReader {
 public:
  // False: the parameter is another one's.
  absl::StatusOr<bool> Read(const std::string& name, const std::string& value) {
    if (name == "Twiml") {
      auto document = ReadTwiml(value);
      if (!document.ok()) return document.status();
      document_ = *std::move(document);
      twiml_ = value;
      return true;
    }
    if (name == "Url") return Keep(CheckUrl(name, value), value, &remote_.url);
    if (name == "FallbackUrl") return Keep(CheckUrl(name, value), value, &remote_.fallback_url);
    if (name == "Method") {
      const absl::Status read = ReadMethod(name, value, &remote_.method);
      if (!read.ok()) return read;
      return true;
    }
    return false;
  }

  // "" unless a document was given.
  const std::string& twiml() const { return twiml_; }

  // nullopt: none was asked for.
  absl::StatusOr<std::optional<twiml::Source>> Take() {
    if (document_.has_value() && !remote_.url.empty())
      return absl::InvalidArgumentError("Twiml and Url are given, accepted is one of them");
    if (document_.has_value()) return twiml::Source(*std::move(document_));
    if (!remote_.url.empty()) return twiml::Source(std::move(remote_));
    if (!remote_.fallback_url.empty())
      return absl::InvalidArgumentError("FallbackUrl is given without Url, accepted is Url");
    return std::nullopt;
  }

 private:
  static absl::StatusOr<bool> Keep(const absl::Status& checked, const std::string& value, std::string* kept) {
    if (!checked.ok()) return checked;
    *kept = value;
    return true;
  }

  std::optional<twiml::Document> document_;
  std::string twiml_;
  twiml::RemoteDocument remote_;
};

// Several events come as so many parameters, or with blanks between them.
absl::Status ReadEvents(absl::string_view name, absl::string_view value, std::set<std::string>* events) {
  for (const absl::string_view event : absl::StrSplit(value, ' ', absl::SkipEmpty())) {
    if (std::find(std::begin(kStatusEvents), std::end(kStatusEvents), event) == std::end(kStatusEvents))
      return Refuse(name, event, absl::StrJoin(kStatusEvents, ", "));
    events->insert(std::string(event));
  }
  return absl::OkStatus();
}

absl::Status ReadCreationParameter(const std::string& name, const std::string& value,
                                   CallCreation* creation) {
  StatusCallback& callback = creation->callback;
  if (name == "To") return ReadTo(value, &creation->order.to);
  if (name == "From") return ReadNumber(name, value, &creation->order.from);
  if (name == "Timeout") return ReadTimeout(name, value, &creation->order.ringing_time);
  if (name == "StatusCallbackMethod") return ReadMethod(name, value, &callback.method);
  if (name == "StatusCallbackEvent") return ReadEvents(name, value, &callback.events);
  if (name != "StatusCallback")
    return absl::InvalidArgumentError(
        absl::StrCat("the parameter ", Shown(name),
                     " is not supported, accepted are To, From, Twiml, Url, Method, FallbackUrl, Timeout, "
                     "StatusCallback, StatusCallbackMethod and StatusCallbackEvent"));
  callback.url = value;
  return CheckUrl(name, value);
}

}  // namespace

absl::StatusOr<CallCreation> ReadCallCreation(const net::Form& form) {
  CallCreation creation;
  SourceReader reader;
  for (const auto& [name, value] : form) {
    const absl::StatusOr<bool> read = reader.Read(name, value);
    if (!read.ok()) return read.status();
    if (*read) continue;
    const absl::Status others = ReadCreationParameter(name, value, &creation);
    if (!others.ok()) return others;
  }
  if (creation.order.to.empty())
    return absl::InvalidArgumentError("To is missing, accepted is a number, a name or a SIP URI");
  if (creation.order.from.empty()) return absl::InvalidArgumentError("From is missing, accepted is a number");
  auto source = reader.Take();
  if (!source.ok()) return source.status();
  if (!source->has_value())
    return absl::InvalidArgumentError("Twiml and Url are missing, accepted is one of them");
  creation.order.source = **std::move(source);
  creation.order.twiml = reader.twiml();
  if (creation.callback.events.empty()) creation.callback.events.insert("completed");  // as on Twilio
  return creation;
}

absl::StatusOr<CallUpdate> ReadCallUpdate(const net::Form& form) {
  CallUpdate update;
  SourceReader source;
  bool hangs_up = false;
  for (const auto& [name, value] : form) {
    const absl::StatusOr<bool> read = source.Read(name, value);
    if (!read.ok()) return read.status();
    if (*read) continue;
    if (name != "Status")
      return absl::InvalidArgumentError(
          absl::StrCat("the parameter ", Shown(name),
                       " is not supported, accepted are Status, Twiml, Url, Method and FallbackUrl"));
    if (value != "completed" && value != "canceled") return Refuse(name, value, "completed or canceled");
    hangs_up = true;
    update.status = value;
  }
  auto taken = source.Take();
  if (!taken.ok()) return taken.status();
  update.source = *std::move(taken);
  if (hangs_up == update.source.has_value())
    return absl::InvalidArgumentError(
        absl::StrCat(hangs_up ? "Status is given beside Twiml or Url" : "nothing is asked for",
                     ", accepted is one of Status, Twiml and Url"));
  return update;
}

}  // namespace benari::control::api
