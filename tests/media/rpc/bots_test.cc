// The limits of a bot in media.proto, and what a session shows of it.
#include "media/rpc/bots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "media/rpc/validation.h"

namespace benari::media {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

v1::StartSessionRequest StartBot() {
  v1::StartSessionRequest request;
  request.mutable_owner()->set_name("benari");
  request.mutable_owner()->set_epoch(1);
  request.set_lease_id("a");
  request.mutable_peer()->set_host("10.0.0.5");
  request.mutable_peer()->set_port(25000);
  request.set_payload_type(0);
  request.set_clock_rate_hz(8000);
  v1::Bot* const bot = request.mutable_bot();
  bot->set_url("wss://bot.example/ws/geheim?token=s3cret&voice");
  bot->set_call_sid("CA0123456789abcdef");
  (*bot->mutable_parameters())["from_number"] = "+4912345";
  bot->set_credential("acme");
  bot->set_drain_ms(5000);
  bot->set_reconnect_ms(7000);
  bot->set_idle_timeout_ms(60000);
  v1::ToneSegment* const segment = bot->mutable_waiting()->add_segments();
  segment->add_frequencies_hz(425);
  segment->set_duration_ms(1000);
  return request;
}

TEST(Bots, AreRead) {
  const auto config = ReadConfig(StartBot());
  ASSERT_TRUE(config.ok()) << config.status();
  BotConfig expected;
  expected.url = "wss://bot.example/ws/geheim?token=s3cret&voice";
  expected.call_sid = "CA0123456789abcdef";
  expected.parameters = {{"from_number", "+4912345"}};
  expected.credential = "acme";
  expected.drain = milliseconds(5000);
  expected.reconnect = milliseconds(7000);
  expected.idle_timeout = milliseconds(60000);
  expected.waiting = ToneConfig{{{{425}, milliseconds(1000)}}, 0};
  EXPECT_EQ(config->processor, ProcessorConfig(expected));
}

TEST(Bots, EachFieldIsChecked) {
  using Bot = v1::Bot;
  struct Case {
    std::function<void(v1::StartSessionRequest*, Bot*)> spoil;
    const char* error;
  };
  const Case cases[] = {
      {[](auto* r, Bot*) { r->set_payload_type(9); },
       "payload_type 9: accepted is 0 (PCMU), 8 (PCMA) or 10 (L16) for a bot"},
      {[](auto* r, Bot*) { r->set_clock_rate_hz(16000); }, "clock_rate_hz 16000: accepted is 8000 for a bot"},
      {[](auto*, Bot* b) { b->set_url(""); }, "bot.url '': accepted is ws://HOST[:PORT][/PATH] or wss://"},
      {[](auto*, Bot* b) { b->set_url("https://bot"); }, "bot.url 'https://bot'"},
      {[](auto*, Bot* b) { b->set_url("ws://bot:0"); }, "bot.url 'ws://bot:0'"},
      {[](auto*, Bot* b) { b->set_url("ws://bot/" + std::string(2000, 'x')); },
       "bot.url (2009 bytes): accepted is at most 2000"},
      {[](auto*, Bot* b) { b->set_dialect(static_cast<v1::BotDialect>(9)); },
       "bot.dialect 9: accepted is BOT_DIALECT_TWILIO_MEDIA_STREAMS"},
      {[](auto*, Bot* b) { b->set_call_sid(""); }, "bot.call_sid '': accepted is 1..64 of"},
      {[](auto*, Bot* b) { b->set_call_sid(std::string(65, 'a')); }, "(65 bytes): accepted is 1..64 of"},
      {[](auto*, Bot* b) { b->set_call_sid("a/b"); }, "bot.call_sid 'a/b'"},
      {[](auto*, Bot* b) {
         for (int i = 0; i < 50; ++i) (*b->mutable_parameters())[std::to_string(i)] = "";
       },
       "bot.parameters (51 of them): accepted is at most 50"},
      {[](auto*, Bot* b) { (*b->mutable_parameters())[""] = "x"; },
       "name in bot.parameters '': accepted is 1..100 bytes"},
      {[](auto*, Bot* b) { (*b->mutable_parameters())[std::string(101, 'n')] = "x"; }, "(101 bytes)"},
      {[](auto*, Bot* b) { (*b->mutable_parameters())["n"] = std::string(501, 'x'); },
       "bot.parameters['n'] (501 bytes): accepted is at most 500"},
      {[](auto*, Bot* b) {
         for (int i = 0; i < 40; ++i) (*b->mutable_parameters())[std::to_string(i)] = std::string(500, 'x');
       },
       "bytes): accepted is at most 16000 in names and values together"},
      {[](auto*, Bot* b) { b->set_credential("../etc/passwd"); }, "bot.credential '../etc/passwd'"},
      {[](auto*, Bot* b) { b->set_credential(".."); }, "bot.credential '..': accepted is 1..64 of"},
      {[](auto*, Bot* b) { b->set_drain_ms(60001); }, "bot.drain_ms 60001: accepted is 0..60000"},
      {[](auto*, Bot* b) { b->set_reconnect_ms(600001); }, "bot.reconnect_ms 600001: accepted is 0..600000"},
      {[](auto*, Bot* b) { b->set_idle_timeout_ms(86400001); }, "bot.idle_timeout_ms 86400001"},
      {[](auto*, Bot* b) { b->mutable_waiting()->clear_segments(); },
       "bot.waiting.segments (0 of them): accepted is 1..16"},
      {[](auto*, Bot* b) { b->mutable_waiting()->mutable_segments(0)->set_duration_ms(30); },
       "bot.waiting.segments[0].duration_ms 30"},
  };
  for (const Case& each : cases) {
    v1::StartSessionRequest request = StartBot();
    each.spoil(&request, request.mutable_bot());
    const auto config = ReadConfig(request);
    EXPECT_TRUE(absl::IsInvalidArgument(config.status())) << each.error;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(each.error));
  }
}

TEST(Bots, AnErrorShowsNoSecretOfTheUrl) {
  for (const char* url : {"wss://user:geheim@bot/ws", "http://bot/geheim", "ws://b ot/geheim?token=geheim",
                          "ws://bot/#geheim", "geheim@bot"}) {
    v1::StartSessionRequest request = StartBot();
    request.mutable_bot()->set_url(url);
    const auto config = ReadConfig(request);
    ASSERT_FALSE(config.ok()) << url;
    EXPECT_THAT(std::string(config.status().message()), Not(HasSubstr("geheim")));
  }
}

TEST(Bots, AreShownAsTheyWereTold) {
  const v1::StartSessionRequest request = StartBot();
  v1::Bot shown;
  ToProto(std::get<BotConfig>(ReadConfig(request)->processor), &shown);
  EXPECT_EQ(shown.url(), "wss://bot.example/ws/geheim?token=...&voice");
  shown.set_url(request.bot().url());
  EXPECT_EQ(shown.dialect(), v1::BOT_DIALECT_TWILIO_MEDIA_STREAMS);
  shown.set_dialect(v1::BOT_DIALECT_UNSPECIFIED);
  EXPECT_EQ(shown.DebugString(), request.bot().DebugString());
}

TEST(Bots, TheirStatusIsShown) {
  BotStatus status;
  status.phase = BotPhase::kFinished;
  status.end = BotEnd::kLost;
  status.link = {"MZ1", "timed out", 2, {1, 0, 2}, 100, 5, 7};
  status.queued = milliseconds(1500);
  status.counts.uplink_dropped = 11;
  status.counts.played_bytes = 8000;
  v1::BotState state;
  ToProto(status, &state);
  EXPECT_EQ(state.phase(), v1::BOT_PHASE_FINISHED);
  EXPECT_EQ(state.end(), v1::BOT_END_LOST);
  EXPECT_EQ(state.stream_sid(), "MZ1");
  EXPECT_EQ(state.last_error(), "timed out");
  EXPECT_EQ(state.connections(), 2u);
  EXPECT_EQ(state.connect_failures(), 3u);
  EXPECT_EQ(state.queued_ms(), 1500u);
  EXPECT_EQ(state.uplink_dropped(), 11u);
  EXPECT_EQ(state.played_ms(), 1000u);
  EXPECT_FALSE(state.has_first_audio_ms());
  EXPECT_FALSE(state.has_last_response_ms());
  EXPECT_FALSE(state.has_mean_response_ms());
  status.first_audio = milliseconds(0);
  status.turns = 4;
  status.last_response = milliseconds(640);
  status.mean_response = milliseconds(700);
  status.interruptions = 1;
  ToProto(status, &state);
  EXPECT_TRUE(state.has_first_audio_ms());
  EXPECT_EQ(state.turns(), 4u);
  EXPECT_EQ(state.last_response_ms(), 640u);
  EXPECT_EQ(state.mean_response_ms(), 700u);
  EXPECT_EQ(state.interruptions(), 1u);
}

TEST(Digits, AreChecked) {
  v1::SendDigitsRequest request;
  *request.mutable_owner() = StartBot().owner();
  request.set_lease_id("a");
  for (const auto& [digits, ok] : {std::pair<const char*, bool>("", false),
                                   {"0123456789*#ABCD", true},
                                   {"E", false},
                                   {"1 2", false},
                                   {"a", false}}) {
    request.set_digits(digits);
    EXPECT_EQ(Validate(request).ok(), ok) << digits;
  }
  request.set_digits(std::string(32, '1'));
  EXPECT_TRUE(Validate(request).ok());
  request.set_digits(std::string(33, '1'));
  EXPECT_THAT(std::string(Validate(request).message()), HasSubstr("accepted is 1..32 of 0-9 * # A-D"));
  request.set_digits("1");
  request.set_duration_ms(10001);
  EXPECT_THAT(std::string(Validate(request).message()), HasSubstr("duration_ms 10001: accepted is 0..10000"));
}

}  // namespace
}  // namespace benari::media
