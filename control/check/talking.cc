#include "control/check/talking.h"

#include <nlohmann/json.hpp>

namespace benari::control {

std::string TalkingChannel(absl::string_view event_json) {
  using Json = nlohmann::json;
  const Json event = Json::parse(event_json.begin(), event_json.end(), nullptr, /*allow_exceptions=*/false);
  if (!event.is_object() || !event.contains("type") || event["type"] != "ChannelTalkingStarted") return "";
  const Json::json_pointer id("/channel/id");
  return event.contains(id) && event[id].is_string() ? event[id].get<std::string>() : "";
}

}  // namespace benari::control
