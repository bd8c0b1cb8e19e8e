#include "control/api/call_parameters.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/net/url.h"
#include "common/shown.h"
#include "control/twiml/parser.h"

namespace benari::control::api {

namespace {

absl::Status Refuse(absl::string_view name, absl::string_view value, absl::string_view accepted) {
  return absl::InvalidArgumentError(absl::StrCat(name, " is ", Shown(value), ", accepted is ", accepted));
}

absl::Status CheckUrl(absl::string_view name, absl::string_view value) {
  const auto url = net::ParseUrl(value, {"http", "https"});
  return url.ok() ? absl::OkStatus() : Refuse(name, value, "an http or https URL");
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
      return true;
    }
    if (name == "Url") return Keep(CheckUrl(name, value), value, &remote_.url);
    if (name == "FallbackUrl") return Keep(CheckUrl(name, value), value, &remote_.fallback_url);
    if (name == "Method") {
      if (value != "POST" && value != "GET") return Refuse(name, value, "POST or GET");
      remote_.method = value == "POST" ? twiml::Method::kPost : twiml::Method::kGet;
      return true;
    }
    return false;
  }

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
  twiml::RemoteDocument remote_;
};

}  // namespace

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
