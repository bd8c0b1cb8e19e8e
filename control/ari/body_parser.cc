#include "control/ari/body_parser.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "control/ari/json_fields.h"
#include "control/ari/json_picker.h"

namespace benari::control::ari {

namespace {

constexpr size_t kMaxMessageBytes = 200;

// "voicebot1,inbound" of an application's data: what comes after the application's first argument.
std::vector<std::string> AppArgs(const std::string& app_data) {
  std::vector<std::string> args = absl::StrSplit(app_data, ',');
  args.erase(args.begin());
  return args;
}

}  // namespace

Channel ReadChannel(JsonFields fields) {
  Channel channel;
  channel.id = fields.Text("id");
  channel.name = fields.Text("name");
  channel.state = fields.Text("state");
  channel.channelvars = fields.OptionalTextMap("channelvars");
  if (fields.Has("caller")) channel.caller_number = fields.Object("caller").OptionalText("number");
  if (fields.Has("dialplan")) {
    JsonFields dialplan = fields.Object("dialplan");
    channel.app_args = AppArgs(dialplan.OptionalText("app_data"));
    channel.extension = dialplan.OptionalText("exten");
  }
  return channel;
}

namespace {

Bridge ReadBridge(JsonFields fields) {
  Bridge bridge;
  bridge.id = fields.Text("id");
  bridge.name = fields.OptionalText("name");
  bridge.creationtime = fields.Text("creationtime");
  bridge.channel_ids = fields.Texts("channels");
  return bridge;
}

Application ReadApplication(JsonFields fields) {
  Application application;
  application.name = fields.Text("name");
  application.channel_ids = fields.Texts("channel_ids");
  application.bridge_ids = fields.Texts("bridge_ids");
  return application;
}

std::string ReadVersion(JsonFields fields) { return fields.Object("system").Text("version"); }

bool AnyType(absl::string_view) { return true; }

template <typename T>
absl::StatusOr<T> ParseOne(absl::string_view body, const char* what, T (*read)(JsonFields)) {
  const auto json = PickJson(body, kMaxBodyBytes, what, AnyType);
  if (!json.ok()) return json.status();
  absl::Status status;
  T value = read(JsonFields(*json, &status, what));
  if (!status.ok()) return status;
  return value;
}

template <typename T>
absl::StatusOr<Listed<T>> ParseList(absl::string_view body, const char* what, T (*read)(JsonFields)) {
  const auto json = PickJson(body, kMaxBodyBytes, what, AnyType);
  if (!json.ok()) return json.status();
  if (!json->is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": it is of type ", json->type_name(), ", accepted is: list"));
  }
  Listed<T> listed;
  absl::Status status;
  for (size_t i = 0; i < json->size(); ++i) {
    T item = read(JsonFields((*json)[i], &status, absl::StrCat(what, "[", i, "]")));
    if (!item.id.empty()) listed.items.push_back(std::move(item));
  }
  listed.mistake = std::string(status.message());
  return listed;
}

}  // namespace

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

absl::StatusOr<std::vector<Module>> ParseModules(absl::string_view body) {
  const auto json = PickJson(body, kMaxBodyBytes, "modules", AnyType);
  if (!json.ok()) return json.status();
  if (!json->is_array()) return absl::InvalidArgumentError("modules: it is not a list");
  std::vector<Module> modules;
  absl::Status status;
  for (const auto& each : *json) {
    JsonFields fields(each, &status, "module");
    const std::string name = fields.Text("name");
    modules.push_back({name, fields.Text("status") == "Running"});
  }
  if (!status.ok()) return status;
  return modules;
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
