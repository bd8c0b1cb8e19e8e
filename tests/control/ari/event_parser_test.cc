#include "control/ari/event_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "control/ari/json_fields.h"
#include "control/ari/json_picker.h"

namespace benari::control::ari {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kChannel[] =
    R"({"id":"17.1","name":"PJSIP/phone-00000001","state":"Up","protocol_id":"x","caller":{"name":"","number":"1"},)"
    R"("creationtime":"2026-01-31T12:00:00.000+0000","channelvars":{"UNICASTRTP_LOCAL_PORT":"25002"}})";
constexpr char kBridge[] =
    R"({"id":"b","technology":"simple_bridge","creationtime":"2026-01-31T12:00:01.000+0000","channels":["17.1","m"]})";

std::string WithBoth(const char* type) {
  return absl::StrCat(R"({"type":")", type, R"(","bridge":)", kBridge, R"(,"channel":)", kChannel, "}");
}

template <typename T>
T Parsed(const std::string& text) {
  const auto event = ParseEvent(text);
  if (!event.ok() || !std::holds_alternative<T>(*event)) {
    ADD_FAILURE() << text << ": " << event.status();
    return T();
  }
  return std::get<T>(*event);
}

TEST(EventParser, ReadsEveryTypeThatControlActsOn) {
  const auto start = Parsed<StasisStart>(
      absl::StrCat(R"({"type":"StasisStart","args":["inbound","2"],"channel":)", kChannel, "}"));
  EXPECT_THAT(start.args, ElementsAre("inbound", "2"));
  EXPECT_EQ(start.channel.id, "17.1");
  EXPECT_EQ(start.channel.name, "PJSIP/phone-00000001");
  EXPECT_EQ(start.channel.state, "Up");
  EXPECT_THAT(start.channel.channelvars, ElementsAre(Pair("UNICASTRTP_LOCAL_PORT", "25002")));
  EXPECT_EQ(start.channel.caller_number, "1");

  EXPECT_EQ(Parsed<StasisEnd>(WithBoth("StasisEnd")).channel_id, "17.1");
  const auto destroyed = Parsed<ChannelDestroyed>(absl::StrCat(
      R"({"type":"ChannelDestroyed","cause":17,"cause_txt":"User busy","channel":)", kChannel, "}"));
  EXPECT_EQ(destroyed.channel_id, "17.1");
  EXPECT_EQ(destroyed.cause, 17);
  EXPECT_EQ(Parsed<ChannelEnteredBridge>(WithBoth("ChannelEnteredBridge")).bridge_id, "b");
  EXPECT_EQ(Parsed<ChannelEnteredBridge>(WithBoth("ChannelEnteredBridge")).channel_id, "17.1");
  EXPECT_EQ(Parsed<ChannelHold>(WithBoth("ChannelHold")).channel_id, "17.1");
  EXPECT_EQ(Parsed<ChannelUnhold>(WithBoth("ChannelUnhold")).channel_id, "17.1");
  EXPECT_EQ(Parsed<ChannelLeftBridge>(WithBoth("ChannelLeftBridge")).bridge_id, "b");
  EXPECT_EQ(Parsed<ChannelLeftBridge>(WithBoth("ChannelLeftBridge")).channel_id, "17.1");
  EXPECT_EQ(Parsed<BridgeDestroyed>(WithBoth("BridgeDestroyed")).bridge_id, "b");
  Parsed<ApplicationReplaced>(R"({"type":"ApplicationReplaced","application":"voicebot1"})");
  EXPECT_EQ(Parsed<UnknownEvent>(R"({"type":"ChannelVarset","value":3})").type, "ChannelVarset");
  const auto pressed = Parsed<ChannelDtmfReceived>(
      R"({"type":"ChannelDtmfReceived","digit":"#","duration_ms":120,"channel":{"id":"x"}})");
  EXPECT_EQ(pressed.channel_id, "x");
  EXPECT_EQ(pressed.digit, "#");
  EXPECT_EQ(pressed.duration_ms, 120);
  const auto played = Parsed<PlaybackFinished>(
      R"({"type":"PlaybackFinished","playback":{"id":"p","media_uri":"sound:beep","state":"done"}})");
  EXPECT_EQ(played.playback_id, "p");
  EXPECT_FALSE(played.failed);
  EXPECT_TRUE(
      Parsed<PlaybackFinished>(R"({"type":"PlaybackFinished","playback":{"id":"p","state":"failed"}})")
          .failed);
  EXPECT_EQ(Parsed<UnknownEvent>(R"({"type":""})").type, "");
}

TEST(EventParser, NamesWhatIsWrong) {
  const std::string deep(kMaxJsonDepth + 1, '[');
  const struct {
    std::string text;
    const char* named;
  } kTable[] = {
      {"", "event: not JSON"},
      {"{", "event: not JSON"},
      {"hello", "event: not JSON"},
      {"\"\xff\"", "event: not JSON"},
      {R"({"type":"StasisEnd"} x)", "event: not JSON"},
      {R"({"type":1e999})", "event: not JSON"},
      {"[]", "event: it is of type array, accepted is: object"},
      {"null", "event: it is of type null"},
      {"{}", "event: field type is missing"},
      {R"({"type":7})", "event: field type is of type number, accepted is: string"},
      {R"({"type":null})", "event: field type is of type null"},
      {R"({"type":"StasisStart"})", "StasisStart: field channel is missing"},
      {R"({"type":"StasisStart","channel":[]})", "StasisStart: field channel is of type array"},
      {R"({"type":"StasisStart","channel":{"name":"n","state":"Up","creationtime":"t"},"args":[]})",
       "StasisStart: field channel.id is missing"},
      {R"({"type":"StasisStart","channel":{"id":"i","state":"Up","creationtime":"t"},"args":[]})",
       "StasisStart: field channel.name is missing"},
      {R"({"type":"StasisStart","channel":{"id":"i","name":"n","creationtime":"t"},"args":[]})",
       "StasisStart: field channel.state is missing"},
      {R"({"type":"StasisStart","channel":{"id":"i","name":"n","state":"Up","creationtime":"t"}})",
       "StasisStart: field args is missing"},
      {R"({"type":"StasisStart","channel":{"id":"i","name":"n","state":"Up","creationtime":"t"},"args":["a",1]})",
       "StasisStart: field args is of type array, accepted is: list of strings"},
      {R"({"type":"StasisStart","channel":{"id":"i","name":"n","state":"Up","creationtime":"t","channelvars":{"a":1}}})",
       "StasisStart: field channel.channelvars is of type object, accepted is: object of strings"},
      {R"({"type":"StasisEnd","channel":{"id":true}})", "StasisEnd: field channel.id is of type boolean"},
      {R"({"type":"ChannelDestroyed","channel":{"id":"i"},"cause_txt":""})",
       "ChannelDestroyed: field cause is missing"},
      {R"({"type":"ChannelDestroyed","channel":{"id":"i"},"cause":16.5,"cause_txt":""})",
       "ChannelDestroyed: field cause is of type number"},
      {R"({"type":"ChannelDestroyed","channel":{"id":"i"},"cause":18446744073709551615,"cause_txt":""})",
       "ChannelDestroyed: field cause"},
      {R"({"type":"ChannelDestroyed","channel":{"id":"i"},"cause":2147483648,"cause_txt":""})",
       "ChannelDestroyed: field cause"},
      {R"({"type":"ChannelDestroyed","channel":{"id":"i"},"cause":-2147483649,"cause_txt":""})",
       "ChannelDestroyed: field cause"},
      {R"({"type":"ChannelDestroyed","channel":{"id":"i"},"cause":"16"})",
       "ChannelDestroyed: field cause is of type string"},
      {R"({"type":"ChannelEnteredBridge","channel":{"id":"i"}})",
       "ChannelEnteredBridge: field bridge is missing"},
      {R"({"type":"ChannelEnteredBridge","bridge":{"id":"b"}})",
       "ChannelEnteredBridge: field channel is missing"},
      {R"({"type":"ChannelLeftBridge","bridge":{"id":1},"channel":{"id":"i"}})",
       "ChannelLeftBridge: field bridge.id is of type number"},
      {R"({"type":"BridgeDestroyed"})", "BridgeDestroyed: field bridge is missing"},
      {R"({"type":"PlaybackFinished"})", "PlaybackFinished: field playback is missing"},
      {deep, "event: nested too deeply"},
      {std::string(kMaxEventBytes + 1, ' '), "bytes, accepted are up to"},
  };
  for (const auto& row : kTable) {
    const auto event = ParseEvent(row.text);
    ASSERT_FALSE(event.ok()) << row.text.substr(0, 200);
    EXPECT_EQ(event.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(event.status().message()), HasSubstr(row.named)) << row.text.substr(0, 200);
  }
}

// Members that are read may stand in others that are not, and be given twice: the last one counts.
TEST(EventParser, MembersOfWhatIsNotReadAreNotRead) {
  const auto start = Parsed<StasisStart>(
      R"({"args":[],"other":{"id":"no","channel":{"id":"no"},"type":"Dial"},"list":[{"type":"Dial"},["x"]],)"
      R"("channel":{"id":"first","name":"n","x":{"id":"no"},"state":"Up","creationtime":"t","id":"17.1",)"
      R"("channelvars":{"x":"1","id":"2"},"y":[{"id":"no"}]},"type":"StasisStart"})");
  EXPECT_EQ(start.channel.id, "17.1");
  EXPECT_THAT(start.channel.channelvars, ElementsAre(Pair("id", "2"), Pair("x", "1")));
}

TEST(EventParser, WhatNobodyActsOnIsNotReadToItsEnd) {
  EXPECT_EQ(Parsed<UnknownEvent>(R"({"type":"ChannelVarset","channel":{"id":)").type, "ChannelVarset");
  EXPECT_EQ(Parsed<UnknownEvent>(R"({"channel":{"type":"Dial"},"type":"ChannelVarset",)").type,
            "ChannelVarset");
  EXPECT_FALSE(ParseEvent(R"({"channel":{"type":"ChannelVarset"},"type":"Dial",)").ok());
}

TEST(EventParser, BracketsInStringsAreNotDepth) {
  const std::string text = absl::StrCat(R"({"type":"\")", std::string(1000, '['), "\"}");
  EXPECT_EQ(Parsed<UnknownEvent>(text).type, "\"" + std::string(1000, '['));
}

// Every prefix and every changed byte of a real event is either read or refused, and never throws.
TEST(EventParser, SurvivesDamage) {
  const std::string whole = WithBoth("ChannelEnteredBridge");
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_FALSE(ParseEvent(whole.substr(0, i)).ok()) << i;
    for (const char c : {'\0', '"', '{', ']', '\\', '9', '\xff'}) {
      std::string damaged = whole;
      damaged[i] = c;
      EXPECT_NO_THROW((void)ParseEvent(damaged));
    }
  }
}

TEST(JsonFieldsDeathTest, AMemberThatIsNotPickedCannotBeRead) {
  const nlohmann::json object = {{"id", "1"}, {"surprise", "2"}};
  absl::Status status;
  JsonFields fields(object, &status, "object");
  EXPECT_EQ(fields.Text("id"), "1");
  EXPECT_DEATH(fields.Text("surprise"), "IsRead");
}

}  // namespace
}  // namespace benari::control::ari
