#include "control/ari/request.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "common/enum_table.h"
#include "common/net/url.h"

namespace benari::control::ari {

namespace {

// A target that grows by parameters. Pure.
class Target {
 public:
  explicit Target(std::string path) : text_(std::move(path)) {}

  Target&& With(absl::string_view key, absl::string_view value) && {
    absl::StrAppend(&text_, has_query_ ? "&" : "?", key, "=", net::PercentEncode(value));
    has_query_ = true;
    return std::move(*this);
  }
  Target&& WithIfAny(absl::string_view key, absl::string_view value) && {
    return value.empty() ? std::move(*this) : std::move(*this).With(key, value);
  }
  std::string Text() && { return std::move(text_); }

 private:
  std::string text_;
  bool has_query_ = false;
};

// For a list that Asterisk splits at commas.
std::string EscapeListItem(absl::string_view item) {
  std::string escaped;
  for (const char c : item) {
    if (absl::StrContains(kListSyntax, c)) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string Path(absl::string_view collection, absl::string_view id, absl::string_view rest = "") {
  return absl::StrCat("/", collection, "/", net::PercentEncode(id), rest);
}

}  // namespace

const char* MethodName(Method method) {
  static constexpr EnumRow<Method> kNames[] = {
      {Method::kGet, "GET"}, {Method::kPost, "POST"}, {Method::kDelete, "DELETE"}};
  static_assert(IsWhole(kNames));
  return Translate(kNames, method);
}

std::string Request::Name() const {
  return absl::StrCat(MethodName(method), " ", target.substr(0, target.find('?')));
}

Request CreateExternalMediaRequest(const std::string& app, const ExternalMediaRequest& request) {
  return {"CreateExternalMedia", Method::kPost,
          Target("/channels/externalMedia")
              .With("app", app)
              .With("external_host", request.external_host.ToString())
              .With("format", request.format)
              .With("channelId", request.channel_id)
              .Text()};
}

Request MakeOriginateRequest(const std::string& app, const OriginateRequest& request) {
  return {"Originate", Method::kPost,
          Target(Path("channels", request.channel_id))
              .With("endpoint", request.endpoint)
              .With("app", app)
              .WithIfAny("appArgs", request.app_args)
              .WithIfAny("callerId", request.caller_id)
              .With("timeout", absl::StrCat(request.timeout_s))
              .WithIfAny("formats", request.formats)
              .Text()};
}

Request HangUpRequest(const std::string& channel_id, const std::string& reason) {
  const bool code = !reason.empty() && std::all_of(reason.begin(), reason.end(), absl::ascii_isdigit);
  Target target(Path("channels", channel_id));
  const char* key = code ? "reason_code" : "reason";
  return {"HangUp", Method::kDelete, std::move(target).WithIfAny(key, reason).Text(), true};
}

Request ContinueRequest(const std::string& channel_id, const std::string& context,
                        const std::string& extension) {
  const bool somewhere = !context.empty() || !extension.empty();
  return {"ContinueInDialplan", Method::kPost,
          Target(Path("channels", channel_id, "/continue"))
              .WithIfAny("context", context)
              .WithIfAny("extension", extension)
              .WithIfAny("priority", somewhere ? "1" : "")
              .Text(),
          true};
}

Request AnswerRequest(const std::string& channel_id) {
  return {"AnswerChannel", Method::kPost, Path("channels", channel_id, "/answer")};
}

Request RingRequest(const std::string& channel_id) {
  return {"Ring", Method::kPost, Path("channels", channel_id, "/ring")};
}

Request StopRingingRequest(const std::string& channel_id) {
  return {"StopRinging", Method::kDelete, Path("channels", channel_id, "/ring")};
}

Request StartMusicRequest(const std::string& channel_id) {
  return {"StartMusic", Method::kPost, Path("channels", channel_id, "/moh")};
}

Request StopMusicRequest(const std::string& channel_id) {
  return {"StopMusic", Method::kDelete, Path("channels", channel_id, "/moh")};
}

Request PlayRequest(const std::string& channel_id, const std::string& playback_id, const std::string& media) {
  const std::string rest = absl::StrCat("/play/", net::PercentEncode(playback_id));
  return {"Play", Method::kPost, Target(Path("channels", channel_id, rest)).With("media", media).Text()};
}

Request StopPlaybackRequest(const std::string& playback_id) {
  return {"StopPlayback", Method::kDelete, Path("playbacks", playback_id), true};
}

Request SendDtmfRequest(const std::string& channel_id, const std::string& digits) {
  return {"SendDtmf", Method::kPost,
          Target(Path("channels", channel_id, "/dtmf")).With("dtmf", digits).Text()};
}

Request SetVariableRequest(const std::string& channel_id, const std::string& name, const std::string& value) {
  Target target(Path("channels", channel_id, "/variable"));
  return {"SetVariable", Method::kPost, std::move(target).With("variable", name).With("value", value).Text(),
          true};
}

Request GetChannelRequest(const std::string& channel_id) {
  return {"GetChannel", Method::kGet, Path("channels", channel_id)};
}

Request ListChannelsRequest() { return {"ListChannels", Method::kGet, "/channels"}; }

Request CreateBridgeRequest(const std::string& bridge_id, const std::string& name) {
  Target target(Path("bridges", bridge_id));
  return {"CreateBridge", Method::kPost,
          std::move(target).With("type", "mixing").WithIfAny("name", name).Text()};
}

Request DestroyBridgeRequest(const std::string& bridge_id) {
  return {"DestroyBridge", Method::kDelete, Path("bridges", bridge_id), true};
}

Request AddToBridgeRequest(const std::string& bridge_id, const std::vector<std::string>& channel_ids) {
  const auto encode = [](std::string* out, const std::string& id) {
    out->append(net::PercentEncode(EscapeListItem(id)));
  };
  return {"AddToBridge", Method::kPost,
          absl::StrCat(Path("bridges", bridge_id, "/addChannel?channel="),
                       absl::StrJoin(channel_ids, ",", encode))};
}

Request GetBridgeRequest(const std::string& bridge_id) {
  return {"GetBridge", Method::kGet, Path("bridges", bridge_id)};
}

Request ListBridgesRequest() { return {"ListBridges", Method::kGet, "/bridges"}; }

Request GetApplicationRequest(const std::string& name) {
  return {"GetApplication", Method::kGet, Path("applications", name)};
}

Request GetVersionRequest() { return {"GetVersion", Method::kGet, "/asterisk/info?only=system"}; }

Request ListModulesRequest() { return {"ListModules", Method::kGet, "/asterisk/modules"}; }

Request StartSilenceRequest(const std::string& channel_id) {
  return {"StartSilence", Method::kPost, Path("channels", channel_id, "/silence")};
}

std::string EventsTarget(const std::string& app) {
  return Target("/events").With("app", app).With("subscribeAll", "false").Text();
}

}  // namespace benari::control::ari
