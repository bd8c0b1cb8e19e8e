#include "control/ari/event_parser.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "control/ari/body_parser.h"
#include "control/ari/json_fields.h"
#include "control/ari/json_picker.h"

namespace benari::control::ari {

namespace {

std::string ChannelId(JsonFields& fields) { return fields.Object("channel").Text("id"); }
std::string BridgeId(JsonFields& fields) { return fields.Object("bridge").Text("id"); }

Event ReadStasisStart(JsonFields& fields) {
  StasisStart event;
  event.channel = ReadChannel(fields.Object("channel"));
  event.args = fields.Texts("args");
  if (fields.Has("replace_channel")) event.replaces = fields.Object("replace_channel").Text("id");
  return event;
}

Event ReadStasisEnd(JsonFields& fields) { return StasisEnd{ChannelId(fields)}; }

Event ReadChannelDestroyed(JsonFields& fields) {
  return ChannelDestroyed{ChannelId(fields), fields.Int("cause")};
}

Event ReadDial(JsonFields& fields) {
  return Dial{fields.Object("peer").Text("id"), fields.Text("dialstatus")};
}

Event ReadChannelEnteredBridge(JsonFields& fields) {
  return ChannelEnteredBridge{BridgeId(fields), ChannelId(fields)};
}

Event ReadChannelLeftBridge(JsonFields& fields) {
  return ChannelLeftBridge{BridgeId(fields), ChannelId(fields)};
}

Event ReadChannelHold(JsonFields& fields) { return ChannelHold{ChannelId(fields)}; }

Event ReadChannelUnhold(JsonFields& fields) { return ChannelUnhold{ChannelId(fields)}; }

Event ReadChannelDtmfReceived(JsonFields& fields) {
  return ChannelDtmfReceived{ChannelId(fields), fields.Text("digit"), fields.OptionalInt("duration_ms")};
}

Event ReadPlaybackFinished(JsonFields& fields) {
  JsonFields playback = fields.Object("playback");
  PlaybackFinished event;
  event.playback_id = playback.Text("id");
  event.failed = playback.Text("state") == "failed";
  return event;
}

Event ReadBridgeDestroyed(JsonFields& fields) { return BridgeDestroyed{BridgeId(fields)}; }

Event ReadApplicationReplaced(JsonFields&) { return ApplicationReplaced(); }

using EventReader = Event (*)(JsonFields&);

// nullptr: events of this type are ignored.
EventReader ReaderOf(absl::string_view type) {
  static const auto& readers = *new absl::flat_hash_map<absl::string_view, EventReader>{
      {"StasisStart", ReadStasisStart},
      {"StasisEnd", ReadStasisEnd},
      {"ChannelDestroyed", ReadChannelDestroyed},
      {"Dial", ReadDial},
      {"ChannelEnteredBridge", ReadChannelEnteredBridge},
      {"ChannelLeftBridge", ReadChannelLeftBridge},
      {"ChannelHold", ReadChannelHold},
      {"ChannelUnhold", ReadChannelUnhold},
      {"ChannelDtmfReceived", ReadChannelDtmfReceived},
      {"PlaybackFinished", ReadPlaybackFinished},
      {"BridgeDestroyed", ReadBridgeDestroyed},
      {"ApplicationReplaced", ReadApplicationReplaced},
  };
  const auto found = readers.find(type);
  return found == readers.end() ? nullptr : found->second;
}

}  // namespace

absl::StatusOr<Event> ParseEvent(absl::string_view text) {
  const auto acted_on = [](absl::string_view type) { return ReaderOf(type) != nullptr; };
  const auto json = PickJson(text, kMaxEventBytes, "event", acted_on);
  if (!json.ok()) return json.status();
  absl::Status status;
  const std::string type = JsonFields(*json, &status, "event").Text("type");
  if (!status.ok()) return status;
  const EventReader read = ReaderOf(type);
  if (read == nullptr) return UnknownEvent{type};
  JsonFields fields(*json, &status, type);
  Event event = read(fields);
  if (!status.ok()) return status;
  return event;
}

}  // namespace benari::control::ari
