#include "media/link/twilio_dialect.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "media/link/twilio_message.h"

namespace benari::media {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using ::testing::ElementsAreArray;
using ::testing::MatchesRegex;
using Kind = BotMessage::Kind;

constexpr char kStreamSid[] = "MZ0123456789abcdef0123456789abcdef";
constexpr char kCallSid[] = "CA0123456789abcdef0123456789abcdef";

class TwilioDialectTest : public ::testing::Test {
 protected:
  static BotConfig Config() {
    BotConfig config;
    config.url = "wss://bot.example/calls";
    config.call_sid = kCallSid;
    config.parameters = {{"from_number", "+4930123"}, {"quote", "\"\\\n\xc3\xa4"}, {"broken", "\xff"}};
    return config;
  }
  BotMessage Parse(absl::string_view event) {
    return dialect_.Parse(absl::StrCat(R"({"streamSid":")", kStreamSid, R"(","event":)", event, "}"));
  }

  TwilioDialect dialect_{Config(), kStreamSid};
  std::string message_;
};

TEST_F(TwilioDialectTest, OpensWithConnectedAndStart) {
  ASSERT_TRUE(dialect_.WriteOpening(0, &message_));
  EXPECT_EQ(Json::parse(message_),
            Json::parse(R"({"event":"connected","protocol":"Call","version":"1.0.0"})"));
  ASSERT_TRUE(dialect_.WriteOpening(1, &message_));
  EXPECT_EQ(Json::parse(message_), Json::parse(R"({
    "event": "start",
    "sequenceNumber": "1",
    "streamSid": "MZ0123456789abcdef0123456789abcdef",
    "start": {
      "accountSid": "AC0000000000000000000062656e617269",
      "streamSid": "MZ0123456789abcdef0123456789abcdef",
      "callSid": "CA0123456789abcdef0123456789abcdef",
      "tracks": ["inbound"],
      "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
      "customParameters": {"from_number": "+4930123", "quote": "\"\\\n\u00e4", "broken": "\ufffd"}
    }})"));
  EXPECT_FALSE(dialect_.WriteOpening(2, &message_));
}

TEST_F(TwilioDialectTest, ParametersAreAnObjectEvenWithoutOne) {
  BotConfig config = Config();
  config.parameters.clear();
  TwilioDialect dialect(config, kStreamSid);
  dialect.WriteOpening(1, &message_);
  EXPECT_EQ(Json::parse(message_)["start"]["customParameters"], Json::object());
}

TEST_F(TwilioDialectTest, NumbersOfMediaAreStringsAndGoOn) {
  dialect_.WriteOpening(0, &message_);
  dialect_.WriteOpening(1, &message_);
  Frame frame;
  for (size_t i = 0; i < frame.size(); ++i) frame[i] = static_cast<uint8_t>(i + 90);
  dialect_.WriteMedia(frame, milliseconds(0), &message_);
  const std::string payload =
      absl::Base64Escape(absl::string_view(reinterpret_cast<const char*>(frame.data()), frame.size()));
  EXPECT_EQ(Json::parse(message_),
            Json::parse(absl::StrCat(
                R"({"event":"media","sequenceNumber":"2","streamSid":")", kStreamSid,
                R"(","media":{"track":"inbound","chunk":"1","timestamp":"0","payload":")", payload, "\"}}")));
  dialect_.WriteMedia(frame, milliseconds(20), &message_);
  dialect_.WriteMedia(frame, milliseconds(60), &message_);  // a frame in between was dropped
  const Json third = Json::parse(message_);
  EXPECT_EQ(third["sequenceNumber"], "4");
  EXPECT_EQ(third["media"]["chunk"], "3");
  EXPECT_EQ(third["media"]["timestamp"], "60");
}

TEST_F(TwilioDialectTest, DigitMarkAndStop) {
  dialect_.WriteOpening(1, &message_);
  dialect_.WriteDigit('#', milliseconds(100), &message_);
  EXPECT_EQ(Json::parse(message_),
            Json::parse(absl::StrCat(R"({"event":"dtmf","sequenceNumber":"2","streamSid":")", kStreamSid,
                                     R"(","dtmf":{"track":"inbound_track","digit":"#"}})")));
  dialect_.WriteMark("end \"of\" turn", &message_);
  EXPECT_EQ(Json::parse(message_),
            Json::parse(absl::StrCat(R"({"event":"mark","sequenceNumber":"3","streamSid":")", kStreamSid,
                                     R"(","mark":{"name":"end \"of\" turn"}})")));
  dialect_.WriteStop(&message_);
  EXPECT_EQ(
      Json::parse(message_),
      Json::parse(absl::StrCat(R"({"event":"stop","sequenceNumber":"4","streamSid":")", kStreamSid,
                               R"(","stop":{"accountSid":"AC0000000000000000000062656e617269","callSid":")",
                               kCallSid, "\"}}")));
}

TEST_F(TwilioDialectTest, EachConnectionHasAStreamSidOfItsOwn) {
  const std::string one = NewDialect(Config())->stream_sid();
  EXPECT_THAT(one, MatchesRegex("MZ[0-9a-f]+"));
  EXPECT_EQ(one.size(), 34u);
  EXPECT_NE(NewDialect(Config())->stream_sid(), one);
}

TEST_F(TwilioDialectTest, AudioMarkAndClearAreRead) {
  const BotMessage audio = Parse(R"("media","media":{"payload":"AH//gA=="})");
  ASSERT_EQ(audio.kind, Kind::kAudio) << audio.why_ignored;
  EXPECT_THAT(audio.audio, ElementsAreArray({0x00, 0x7f, 0xff, 0x80}));
  const BotMessage mark = Parse(R"("mark","mark":{"name":"a\u00e4"})");
  ASSERT_EQ(mark.kind, Kind::kMark);
  EXPECT_EQ(mark.mark, "a\xc3\xa4");
  EXPECT_EQ(Parse(R"("mark","mark":{"name":""})").kind, Kind::kMark);
  EXPECT_EQ(Parse(R"("clear")").kind, Kind::kClear);
  // As a framework sends them: in any order, with more than is asked for.
  EXPECT_EQ(
      Parse(
          R"("media","media":{"track":"outbound","x":[{"payload":1}],"payload":"AA=="},"y":{"media":{"payload":"!"}})")
          .kind,
      Kind::kAudio);
}

// Plain messages are read another way than those with escapes, numbers or arrays in them.
TEST_F(TwilioDialectTest, BothWaysToReadAgree) {
  for (const char* text :
       {R"({"event":"clear","streamSid":"x"})", R"( { "event" : "mark" , "mark" : { "name" : "n" } } )",
        R"({"media":{"payload":"AA==","track":"t"},"event":"media"})",
        R"({"":{"event":"x"},"mark":{"payload":"x"}})", R"({"event":"a","event":"b"})",
        R"({"media":{"name":"x"},"mark":{"name":""}})"}) {
    const TwilioMessage read = ReadTwilioMessage(text);
    EXPECT_TRUE(read.valid) << text;
    EXPECT_EQ(read, ReadAnyTwilioMessage(text)) << text;
  }
  for (const char* text : {R"({"event":"clear",})", R"({"event" "clear"})", R"({"event":"clear"}})",
                           R"({"event":"clear")", R"({,})", "{\"event\":\"a\tb\"}"}) {
    EXPECT_FALSE(ReadTwilioMessage(text).valid) << text;
  }
}

TEST_F(TwilioDialectTest, AnySizeOfAudio) {
  EXPECT_EQ(Parse(R"("media","media":{"payload":"AA=="})").audio.size(), 1u);
  const std::string minute = absl::Base64Escape(std::string(480000, '\x7f'));
  const BotMessage audio = Parse(absl::StrCat(R"("media","media":{"payload":")", minute, "\"}"));
  ASSERT_EQ(audio.audio.size(), 480000u);
  EXPECT_EQ(audio.audio.back(), 0x7f);
}

TEST_F(TwilioDialectTest, WhatIsNotOfTheDialectIsIgnored) {
  const std::string other = R"({"event":"clear","streamSid":"MZ1"})";
  for (const std::string& text :
       {std::string(), std::string("rubbish"), std::string("null"), std::string("[]"),
        std::string("\"media\""), std::string("{"), std::string("{}"), std::string("{}x"),
        std::string(R"({"event":7})"), std::string(R"({"event":"clear"})"),
        std::string(R"({"event":"clear","streamSid":7})"), other, std::string("{\"event\":\"cl\0ear\"}", 18),
        std::string("\xff\xfe"), std::string(100000, '['), std::string(100000, '{')}) {
    const BotMessage message = dialect_.Parse(text);
    EXPECT_EQ(message.kind, Kind::kIgnored) << text;
    EXPECT_STRNE(message.why_ignored, "") << text;
  }
  for (const char* event :
       {R"("hello")", R"("media")", R"("media","media":null)", R"("media","media":"AA==")",
        R"("media","media":{})", R"("media","media":{"payload":7})", R"("media","media":{"payload":""})",
        R"("media","media":{"payload":"A"})", R"("media","media":{"payload":"A*=="})",
        R"("media","media":[{"payload":"AA=="}])", R"("media","payload":"AA==")",
        R"("media","x":{"payload":"AA=="})", R"("media","media":{"media":{"payload":"AA=="}})", R"("mark")",
        R"("mark","mark":{})", R"("mark","mark":{"name":7})", R"("mark","mark":"x")",
        R"("mark","mark":{"name":["x"]})"}) {
    EXPECT_EQ(Parse(event).kind, Kind::kIgnored) << event;
  }
}

}  // namespace
}  // namespace benari::media
