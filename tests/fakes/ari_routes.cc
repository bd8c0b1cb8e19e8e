#include "tests/fakes/ari_routes.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "tests/fakes/asterisk_json.h"

namespace benari::fakes {
namespace {

using nlohmann::json;
using Parameters = std::map<std::string, std::string>;

std::string Decode(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      decoded += static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

std::string Get(const Parameters& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

// Asterisk takes parameters from the query and from a JSON body.
Parameters Collect(const HttpRequest& request, Parameters parameters) {
  if (!absl::StartsWith(request.content_type, "application/json")) return parameters;
  const json body = json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return parameters;
  for (const auto& [name, value] : body.items()) {
    if (value.is_string()) parameters[name] = value.get<std::string>();
    if (value.is_number()) parameters[name] = value.dump();
  }
  return parameters;
}

HttpReply JsonReply(const json& body) { return {200, body.dump(), "application/json"}; }

template <typename T>
HttpReply Refusal(const Answer<T>& answer) {
  if (answer.status == 500 && absl::StrContains(answer.message, "Allocation")) {
    return {500, json{{"error", answer.message}}.dump()};
  }
  return MessageReply(answer.status, answer.message);
}

HttpReply ChannelReply(const AsteriskModel& model, const Answer<control::ari::Channel>& answer) {
  if (!answer.ok()) return Refusal(answer);
  ChannelRecord record = model.channels().at(answer.value.id);
  record.ari = answer.value;
  return JsonReply(ChannelJson(record));
}

HttpReply BridgeReply(const Answer<control::ari::Bridge>& answer) {
  return answer.ok() ? JsonReply(BridgeJson(answer.value)) : Refusal(answer);
}

HttpReply EmptyReply(const Answer<Nothing>& answer) {
  return answer.ok() ? HttpReply{204, ""} : Refusal(answer);
}

HttpReply ExternalMedia(AsteriskModel& model, const Parameters& parameters) {
  const std::string host = Get(parameters, "external_host");
  if (Get(parameters, "app").empty()) return MessageReply(400, "app cannot be empty");
  if (Get(parameters, "format").empty()) return MessageReply(400, "format cannot be empty");
  Endpoint external;
  if (!host.empty()) {
    const size_t colon = host.rfind(':');
    uint32_t port = 0;
    if (colon == std::string::npos || !absl::SimpleAtoi(host.substr(colon + 1), &port)) {
      return MessageReply(400, "external_host must be <host>:<port> for all transports other than websocket");
    }
    std::string name = host.substr(0, colon);
    if (name.size() > 2 && name.front() == '[') name = name.substr(1, name.size() - 2);
    external = Endpoint(name, static_cast<uint16_t>(port));
  }
  const control::ari::ExternalMediaRequest request(Get(parameters, "channelId"), Get(parameters, "format"),
                                                   external);
  return ChannelReply(model, model.CreateExternalMedia(Get(parameters, "app"), request));
}

HttpReply Originate(AsteriskModel& model, const std::string& id, const Parameters& parameters) {
  if (Get(parameters, "app").empty() && !Get(parameters, "endpoint").empty()) {
    return MessageReply(400, "Application or extension must be specified");
  }
  control::ari::OriginateRequest request(id.empty() ? Get(parameters, "channelId") : id,
                                         Get(parameters, "endpoint"));
  request.app_args = Get(parameters, "appArgs");
  request.caller_id = Get(parameters, "callerId");
  request.formats = Get(parameters, "formats");
  if (!absl::SimpleAtoi(Get(parameters, "timeout"), &request.timeout_s)) request.timeout_s = 30;
  return ChannelReply(model, model.Originate(Get(parameters, "app"), request));
}

HttpReply HangUp(AsteriskModel& model, const std::string& id, const Parameters& parameters) {
  int cause = 0;
  if (absl::SimpleAtoi(Get(parameters, "reason_code"), &cause)) {
    return EmptyReply(model.HangUpWithCause(id, cause));
  }
  return EmptyReply(model.HangUp(id, Get(parameters, "reason")));
}

HttpReply ListChannels(const AsteriskModel& model) {
  json list = json::array();
  for (const auto& [id, channel] : model.channels()) list.push_back(ChannelJson(channel));
  return JsonReply(list);
}

HttpReply ListBridges(const AsteriskModel& model) {
  json list = json::array();
  for (const auto& [id, bridge] : model.bridges()) list.push_back(BridgeJson(bridge.ari));
  return JsonReply(list);
}

HttpReply Channels(AsteriskModel& model, const std::string& method, const std::vector<std::string>& path,
                   const Parameters& parameters) {
  const std::string id = path.size() > 1 ? path[1] : "";
  if (path.size() == 1 && method == "GET") return ListChannels(model);
  if (path.size() == 1 && method == "POST") return Originate(model, "", parameters);
  if (path.size() == 2 && id == "externalMedia" && method == "POST") return ExternalMedia(model, parameters);
  if (path.size() == 2 && method == "GET") return ChannelReply(model, model.GetChannel(id));
  if (path.size() == 2 && method == "POST") return Originate(model, id, parameters);
  if (path.size() == 2 && method == "DELETE") return HangUp(model, id, parameters);
  if (path.size() == 3 && path[2] == "continue" && method == "POST") {
    return EmptyReply(model.ContinueInDialplan(id, Get(parameters, "context"), Get(parameters, "extension")));
  }
  if (path.size() == 3 && path[2] == "answer" && method == "POST") return EmptyReply(model.AnswerCaller(id));
  const bool has_action = path.size() == 3;
  if (has_action && path[2] == "ring" && method == "POST") return EmptyReply(model.Ring(id, true));
  if (has_action && path[2] == "ring" && method == "DELETE") return EmptyReply(model.Ring(id, false));
  if (has_action && path[2] == "moh" && method == "POST") return EmptyReply(model.Music(id, true));
  if (has_action && path[2] == "moh" && method == "DELETE") return EmptyReply(model.Music(id, false));
  if (has_action && path[2] == "dtmf" && method == "POST")
    return EmptyReply(model.SendDtmf(id, Get(parameters, "dtmf")));
  if (path.size() == 4 && path[2] == "play" && method == "POST")
    return EmptyReply(model.Play(id, path[3], Get(parameters, "media")));
  if (has_action && path[2] == "variable" && method == "POST")
    return EmptyReply(model.SetVariable(id, Get(parameters, "variable"), Get(parameters, "value")));
  return path.size() > 2 ? MessageReply(404, "Resource not found") : MessageReply(405, "Invalid method");
}

// At commas, but not at those behind a backslash.
std::vector<std::string> SplitList(const std::string& text) {
  std::vector<std::string> items(1);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',') {
      items.emplace_back();
    } else {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      items.back() += text[i];
    }
  }
  items.erase(std::remove(items.begin(), items.end(), ""), items.end());
  return items;
}

HttpReply Bridges(AsteriskModel& model, const std::string& method, const std::vector<std::string>& path,
                  const Parameters& parameters) {
  const std::string id = path.size() > 1 ? path[1] : "";
  if (path.size() == 1 && method == "GET") return ListBridges(model);
  if (path.size() <= 2 && method == "POST") {
    const std::string type = Get(parameters, "type");
    if (!type.empty() && !absl::StrContains(type, "mixing"))
      return MessageReply(500, "Unable to create bridge");
    return BridgeReply(
        model.CreateBridge(id.empty() ? Get(parameters, "bridgeId") : id, Get(parameters, "name")));
  }
  if (path.size() == 2 && method == "GET") return BridgeReply(model.GetBridge(id));
  if (path.size() == 2 && method == "DELETE") return EmptyReply(model.DestroyBridge(id));
  const std::vector<std::string> members = SplitList(Get(parameters, "channel"));
  if (path.size() == 3 && method == "POST" && path[2] == "addChannel") {
    return EmptyReply(model.AddToBridge(id, members));
  }
  if (path.size() == 3 && method == "POST" && path[2] == "removeChannel") {
    return EmptyReply(model.RemoveFromBridge(id, members));
  }
  return path.size() > 2 ? MessageReply(404, "Resource not found") : MessageReply(405, "Invalid method");
}

HttpReply Applications(const AsteriskModel& model, const std::vector<std::string>& path) {
  const Answer<control::ari::Application> answer = model.GetApplication(path.size() > 1 ? path[1] : "");
  return answer.ok() ? JsonReply(ApplicationJson(answer.value)) : Refusal(answer);
}

}  // namespace

HttpReply MessageReply(int status, const std::string& message) {
  return {status, json{{"message", message}}.dump(), "application/json"};
}

Target ParseTarget(const std::string& target) {
  const size_t mark = std::min(target.find('?'), target.size());
  Target parsed{Decode(target.substr(0, mark)), {}};
  if (mark == target.size()) return parsed;
  for (const absl::string_view pair : absl::StrSplit(target.substr(mark + 1), '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    parsed.query[Decode(parts.first)] = Decode(parts.second);
  }
  return parsed;
}

HttpReply Route(AsteriskModel& model, const HttpRequest& request) {
  const Target target = ParseTarget(request.target);
  const Parameters parameters = Collect(request, target.query);
  std::vector<std::string> path = absl::StrSplit(target.path, '/', absl::SkipEmpty());
  if (path.empty() || path[0] != "ari") return {404, "<h1>Not Found</h1>", "text/html"};
  path.erase(path.begin());
  if (path.empty()) return MessageReply(404, "Resource not found");
  if (path[0] == "channels") return Channels(model, request.method, path, parameters);
  if (path[0] == "bridges") return Bridges(model, request.method, path, parameters);
  if (path[0] == "applications" && request.method == "GET") return Applications(model, path);
  if (path[0] == "playbacks" && path.size() == 2 && request.method == "DELETE")
    return EmptyReply(model.StopPlayback(path[1]));
  if (path[0] == "asterisk" && path.size() == 2 && path[1] == "info") {
    return JsonReply(
        {{"system", {{"version", model.GetVersion().value}, {"entity_id", "02:00:00:00:00:01"}}}});
  }
  if (path[0] == "events") return {426, "<h1>Upgrade Required</h1>", "text/html"};
  return MessageReply(404, "Resource not found");
}

}  // namespace benari::fakes
