#include "tests/fakes/asterisk_json.h"

#include <variant>

namespace benari::fakes {
namespace {

using nlohmann::json;

constexpr const char* kAsteriskId = "02:00:00:00:00:01";

// Type and the fields that only this type has.
struct Shape {
  json operator()(const control::ari::StasisStart& e) const {
    json shown = {{"type", "StasisStart"}, {"args", e.args}};
    if (!e.replaces.empty()) shown["replace_channel"] = {{"id", e.replaces}};
    return shown;
  }
  json operator()(const control::ari::StasisEnd&) const { return {{"type", "StasisEnd"}}; }
  json operator()(const control::ari::ChannelDestroyed& e) const {
    return {{"type", "ChannelDestroyed"}, {"cause", e.cause}, {"cause_txt", CauseText(e.cause)}};
  }
  json operator()(const control::ari::Dial& e) const { return {{"type", "Dial"}, {"dialstatus", e.status}}; }
  json operator()(const control::ari::ChannelEnteredBridge&) const {
    return {{"type", "ChannelEnteredBridge"}};
  }
  json operator()(const control::ari::ChannelLeftBridge&) const { return {{"type", "ChannelLeftBridge"}}; }
  json operator()(const control::ari::ChannelHold&) const { return {{"type", "ChannelHold"}}; }
  json operator()(const control::ari::ChannelUnhold&) const { return {{"type", "ChannelUnhold"}}; }
  json operator()(const control::ari::ChannelDtmfReceived& e) const {
    return {{"type", "ChannelDtmfReceived"}, {"digit", e.digit}, {"duration_ms", e.duration_ms}};
  }
  json operator()(const control::ari::PlaybackFinished& e) const {
    const json playback = {{"id", e.playback_id}, {"state", e.failed ? "failed" : "done"}};
    return {{"type", "PlaybackFinished"}, {"playback", playback}};
  }
  json operator()(const control::ari::BridgeDestroyed&) const { return {{"type", "BridgeDestroyed"}}; }
  json operator()(const control::ari::ApplicationReplaced&) const {
    return {{"type", "ApplicationReplaced"}};
  }
  json operator()(const control::ari::UnknownEvent& e) const { return {{"type", e.type}}; }
};

bool ShowsBridge(const std::string& type) {
  return type == "ChannelEnteredBridge" || type == "ChannelLeftBridge" || type == "BridgeDestroyed";
}

}  // namespace

json ChannelJson(const ChannelRecord& channel) {
  json shown = {
      {"id", channel.ari.id},
      {"name", channel.ari.name},
      {"state", channel.ari.state},
      {"protocol_id", ""},
      {"caller", {{"name", channel.caller_name}, {"number", channel.caller_number}}},
      {"connected", {{"name", ""}, {"number", ""}}},
      {"accountcode", ""},
      {"dialplan",
       {{"context", channel.context},
        {"exten", channel.exten},
        {"priority", channel.kind == ChannelKind::kCaller ? 2 : 1},
        {"app_name", channel.in_stasis ? "Stasis" : "AppDial2"},
        {"app_data", channel.in_stasis
                         ? channel.app + (channel.app_args.empty() ? "" : "," + channel.app_args)
                         : "(Outgoing Line)"}}},
      {"creationtime", channel.creationtime},
      {"language", "en"},
  };
  if (!channel.ari.channelvars.empty()) shown["channelvars"] = channel.ari.channelvars;
  return shown;
}

json BridgeJson(const control::ari::Bridge& bridge) {
  return {
      {"id", bridge.id},
      {"technology", "simple_bridge"},
      {"bridge_type", "mixing"},
      {"bridge_class", "stasis"},
      {"creator", "Stasis"},
      {"name", bridge.name},
      {"channels", bridge.channel_ids},
      {"creationtime", bridge.creationtime},
      {"video_mode", "talker"},
  };
}

json ApplicationJson(const control::ari::Application& application) {
  return {
      {"name", application.name},
      {"channel_ids", application.channel_ids},
      {"bridge_ids", application.bridge_ids},
      {"endpoint_ids", json::array()},
      {"device_names", json::array()},
      {"events_allowed", json::array()},
      {"events_disallowed", json::array()},
  };
}

json EventJson(const Notice& notice) {
  json event = std::visit(Shape{}, notice.event);
  event["timestamp"] = Iso8601(notice.at);
  event["application"] = notice.app;
  event["asterisk_id"] = kAsteriskId;
  const std::string type = event["type"];
  if (type == "Dial") {
    event["forward"] = "";
    event["dialstring"] = "";
    if (notice.channel) event["peer"] = ChannelJson(*notice.channel);
    return event;
  }
  if (notice.requested_cause) event["cause"] = *notice.requested_cause;
  if (notice.soft) event["soft"] = true;
  // A caller's own hang-up shows no cause.
  if (notice.channel && notice.channel->kind == ChannelKind::kCaller && event.value("cause", 1) == 0) {
    event.erase("cause");
  }
  if (notice.channel && type != "PlaybackFinished") event["channel"] = ChannelJson(*notice.channel);
  if (notice.bridge && ShowsBridge(type)) event["bridge"] = BridgeJson(notice.bridge->ari);
  return event;
}

}  // namespace benari::fakes
