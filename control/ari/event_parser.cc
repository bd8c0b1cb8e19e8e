#include "control/ari/event_parser.h"

#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "control/ari/json_picker.h"

namespace benari::control::ari {

namespace {

using Json = nlohmann::json;

constexpr size_t kMaxMessageBytes = 200;

// Reads fields of one object and keeps the first mistake; a field with a mistake gives an empty value. Pure.
class Fields {
 public:
  // `path`: of this object from the outermost, with its dot: "channel.".
  Fields(const Json& object, absl::Status* status, std::string what, std::string path = "")
      : object_(object), status_(status), what_(std::move(what)), path_(std::move(path)) {
    if (!object_.is_object()) Complain("", "object");
  }

  std::string Text(const char* key) {
    const Json* value = Find(key, Json::value_t::string, "string");
    return value == nullptr ? "" : value->get<std::string>();
  }

  std::string OptionalText(const char* key) { return Present(key) == nullptr ? "" : Text(key); }

  bool Has(const char* key) const { return Present(key) != nullptr; }

  int Int(const char* key) {
    const Json* value = Present(key);
    if (value == nullptr) return Missing(key), 0;
    return ToInt(key, *value);
  }

  int OptionalInt(const char* key) {
    const Json* value = Present(key);
    return value == nullptr ? 0 : ToInt(key, *value);
  }

  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    const Json* value = Find(key, Json::value_t::array, "list of strings");
    if (value == nullptr) return texts;
    for (const Json& each : *value) {
      if (each.is_string()) {
        texts.push_back(each.get<std::string>());
      } else {
        Complain(key, "list of strings");
      }
    }
    return texts;
  }

  std::map<std::string, std::string> OptionalTextMap(const char* key) {
    std::map<std::string, std::string> texts;
    const Json* value = Present(key);
    if (value == nullptr) return texts;
    if (!value->is_object()) return Complain(key, "object of strings"), texts;
    for (const auto& [name, each] : value->items()) {
      if (!each.is_string()) return Complain(key, "object of strings"), texts;
      texts[name] = each.get<std::string>();
    }
    return texts;
  }

  Fields Object(const char* key) {
    static const Json kEmpty = Json::object();
    const Json* value = Find(key, Json::value_t::object, "object");
    return Fields(value == nullptr ? kEmpty : *value, status_, what_, absl::StrCat(path_, key, "."));
  }

 private:
  const Json* Present(const char* key) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  const Json* Find(const char* key, Json::value_t type, const char* accepted) {
    const Json* value = Present(key);
    if (value == nullptr) return Missing(key), nullptr;
    if (value->type() != type) return Complain(key, accepted), nullptr;
    return value;
  }

  int ToInt(const char* key, const Json& value) {
    constexpr int64_t kLowest = std::numeric_limits<int>::min();
    constexpr int64_t kHighest = std::numeric_limits<int>::max();
    // An unsigned beyond int64 would turn negative in get<int64_t>.
    if (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(kHighest)) {
      return Complain(key, "number of 32 bits"), 0;
    }
    if (!value.is_number_integer()) return Complain(key, "number without a fraction"), 0;
    const int64_t number = value.get<int64_t>();
    if (number < kLowest) return Complain(key, "number of 32 bits"), 0;
    return static_cast<int>(number);
  }

  void Missing(const char* key) { Fail(absl::StrCat("field ", path_, key, " is missing")); }
  void Complain(const char* key, const char* accepted) {
    const std::string name = absl::StrCat(path_, key);
    const Json* value = Present(key);
    const char* type = *key == '\0' ? object_.type_name() : value == nullptr ? "missing" : value->type_name();
    Fail(absl::StrCat(name.empty() ? "it" : absl::StrCat("field ", name), " is of type ", type,
                      ", accepted is: ", accepted));
  }
  void Fail(const std::string& mistake) {
    if (status_->ok()) *status_ = absl::InvalidArgumentError(absl::StrCat(what_, ": ", mistake));
  }

  const Json& object_;
  absl::Status* status_;
  std::string what_;
  std::string path_;
};

// "voicebot1,inbound" of an application's data: what comes after the application's first argument.
std::vector<std::string> AppArgs(const std::string& app_data) {
  std::vector<std::string> args = absl::StrSplit(app_data, ',');
  args.erase(args.begin());
  return args;
}

Channel ReadChannel(Fields fields) {
  Channel channel;
  channel.id = fields.Text("id");
  channel.name = fields.Text("name");
  channel.state = fields.Text("state");
  channel.creationtime = fields.Text("creationtime");
  channel.channelvars = fields.OptionalTextMap("channelvars");
  if (fields.Has("dialplan")) channel.app_args = AppArgs(fields.Object("dialplan").OptionalText("app_data"));
  return channel;
}

Bridge ReadBridge(Fields fields) {
  Bridge bridge;
  bridge.id = fields.Text("id");
  bridge.creationtime = fields.Text("creationtime");
  bridge.channel_ids = fields.Texts("channels");
  return bridge;
}

Application ReadApplication(Fields fields) {
  Application application;
  application.name = fields.Text("name");
  application.channel_ids = fields.Texts("channel_ids");
  application.bridge_ids = fields.Texts("bridge_ids");
  return application;
}

std::string ReadVersion(Fields fields) { return fields.Object("system").Text("version"); }

std::string ChannelId(Fields& fields) { return fields.Object("channel").Text("id"); }
std::string BridgeId(Fields& fields) { return fields.Object("bridge").Text("id"); }

Event ReadStasisStart(Fields& fields) {
  StasisStart event;
  event.channel = ReadChannel(fields.Object("channel"));
  event.args = fields.Texts("args");
  if (fields.Has("replace_channel")) event.replaces = fields.Object("replace_channel").Text("id");
  return event;
}

Event ReadStasisEnd(Fields& fields) { return StasisEnd{ChannelId(fields)}; }

Event ReadChannelDestroyed(Fields& fields) {
  ChannelDestroyed event;
  event.channel_id = ChannelId(fields);
  event.cause = fields.Int("cause");
  event.cause_text = fields.Text("cause_txt");
  return event;
}

Event ReadDial(Fields& fields) { return Dial{fields.Object("peer").Text("id"), fields.Text("dialstatus")}; }

Event ReadChannelHangupRequest(Fields& fields) {
  ChannelHangupRequest event;
  event.channel_id = ChannelId(fields);
  event.cause = fields.OptionalInt("cause");
  return event;
}

Event ReadChannelEnteredBridge(Fields& fields) {
  return ChannelEnteredBridge{BridgeId(fields), ChannelId(fields)};
}

Event ReadChannelLeftBridge(Fields& fields) { return ChannelLeftBridge{BridgeId(fields), ChannelId(fields)}; }

Event ReadChannelHold(Fields& fields) { return ChannelHold{ChannelId(fields)}; }

Event ReadChannelUnhold(Fields& fields) { return ChannelUnhold{ChannelId(fields)}; }

Event ReadBridgeDestroyed(Fields& fields) { return BridgeDestroyed{BridgeId(fields)}; }

Event ReadApplicationReplaced(Fields&) { return ApplicationReplaced(); }

using EventReader = Event (*)(Fields&);

// nullptr: nobody acts on events of this type.
EventReader ReaderOf(absl::string_view type) {
  static const auto& readers = *new absl::flat_hash_map<absl::string_view, EventReader>{
      {"StasisStart", ReadStasisStart},
      {"StasisEnd", ReadStasisEnd},
      {"ChannelDestroyed", ReadChannelDestroyed},
      {"Dial", ReadDial},
      {"ChannelHangupRequest", ReadChannelHangupRequest},
      {"ChannelEnteredBridge", ReadChannelEnteredBridge},
      {"ChannelLeftBridge", ReadChannelLeftBridge},
      {"ChannelHold", ReadChannelHold},
      {"ChannelUnhold", ReadChannelUnhold},
      {"BridgeDestroyed", ReadBridgeDestroyed},
      {"ApplicationReplaced", ReadApplicationReplaced},
  };
  const auto found = readers.find(type);
  return found == readers.end() ? nullptr : found->second;
}

bool AnyType(absl::string_view) { return true; }

template <typename T>
absl::StatusOr<T> ParseOne(absl::string_view body, const char* what, T (*read)(Fields)) {
  const auto json = PickJson(body, kMaxBodyBytes, what, AnyType);
  if (!json.ok()) return json.status();
  absl::Status status;
  T value = read(Fields(*json, &status, what));
  if (!status.ok()) return status;
  return value;
}

template <typename T>
absl::StatusOr<Listed<T>> ParseList(absl::string_view body, const char* what, T (*read)(Fields)) {
  const auto json = PickJson(body, kMaxBodyBytes, what, AnyType);
  if (!json.ok()) return json.status();
  if (!json->is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": it is of type ", json->type_name(), ", accepted is: list"));
  }
  Listed<T> listed;
  absl::Status status;
  for (size_t i = 0; i < json->size(); ++i) {
    T item = read(Fields((*json)[i], &status, absl::StrCat(what, "[", i, "]")));
    if (!item.id.empty()) listed.items.push_back(std::move(item));
  }
  listed.mistake = std::string(status.message());
  return listed;
}

}  // namespace

absl::StatusOr<Event> ParseEvent(absl::string_view text) {
  const auto acted_on = [](absl::string_view type) { return ReaderOf(type) != nullptr; };
  const auto json = PickJson(text, kMaxEventBytes, "event", acted_on);
  if (!json.ok()) return json.status();
  absl::Status status;
  const std::string type = Fields(*json, &status, "event").Text("type");
  if (!status.ok()) return status;
  const EventReader read = ReaderOf(type);
  if (read == nullptr) return UnknownEvent{type};
  Fields fields(*json, &status, type);
  Event event = read(fields);
  if (!status.ok()) return status;
  return event;
}

absl::StatusOr<Channel> ParseChannel(absl::string_view body) {
  return ParseOne(body, "channel", ReadChannel);
}

absl::StatusOr<Listed<Channel>> ParseChannels(absl::string_view body) {
  return ParseList(body, "channels", ReadChannel);
}

absl::StatusOr<Bridge> ParseBridge(absl::string_view body) { return ParseOne(body, "bridge", ReadBridge); }

absl::StatusOr<Listed<Bridge>> ParseBridges(absl::string_view body) {
  return ParseList(body, "bridges", ReadBridge);
}

absl::StatusOr<Application> ParseApplication(absl::string_view body) {
  return ParseOne(body, "application", ReadApplication);
}

absl::StatusOr<std::string> ParseVersion(absl::string_view body) {
  return ParseOne(body, "info", ReadVersion);
}

std::string ParseErrorMessage(absl::string_view body) {
  const auto json = PickJson(body, kMaxBodyBytes, "error", AnyType);
  if (!json.ok() || !json->is_object()) return "";
  const auto found = json->find("message");
  if (found == json->end() || !found->is_string()) return "";
  std::string message = found->get<std::string>();
  if (message.size() > kMaxMessageBytes) {
    size_t end = kMaxMessageBytes;
    // Not in the midst of a UTF-8 character.
    while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
    message.resize(end);
  }
  for (char& c : message) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return message;
}

}  // namespace benari::control::ari
