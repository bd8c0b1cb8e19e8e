#include "control/call/bot_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/call/call_config.h"
#include "control/call/call_settings.h"

namespace benari::control {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(BotSettings, ArgumentsOfTheDialPlanWin) {
  CallConfig config;
  EXPECT_THAT(
      ApplyArguments(config, {"inbound", "flow=bot", "bot_url=wss://bots.example/{call_sid}",
                              "bot_fallback_url=ws://10.0.0.5:8765/ws", "bot_credential=sales",
                              "bot_parameters=a=1&b=", "bot_parameter=c=2=3", "bot_on_close=transfer",
                              "bot_on_failure=continue", "bot_max_seconds=inf", "bot_idle_seconds=30",
                              "bot_reconnect_seconds=0", "bot_drain_seconds=0.5", "bot_drain_on_hangup=true",
                              "bot_answer=when_ready", "bot_waiting_tone=none"}),
      IsEmpty());
  EXPECT_EQ(config.flow, FlowKind::kBot);
  EXPECT_EQ(config.bot.url, "wss://bots.example/{call_sid}");
  EXPECT_EQ(config.bot.fallback_url, "ws://10.0.0.5:8765/ws");
  EXPECT_EQ(config.bot.credential, "sales");
  EXPECT_THAT(config.bot.parameters, UnorderedElementsAre(Pair("a", "1"), Pair("b", ""), Pair("c", "2=3")));
  EXPECT_EQ(config.bot.on_close, AfterBot::kTransfer);
  EXPECT_EQ(config.bot.on_failure, AfterBot::kContinue);
  EXPECT_EQ(config.bot.max_time, std::nullopt);
  EXPECT_EQ(config.bot.idle_timeout, seconds(30));
  EXPECT_EQ(config.bot.reconnect, seconds(0));
  EXPECT_EQ(config.bot.drain, milliseconds(500));
  EXPECT_TRUE(config.bot.drain_on_hangup);
  EXPECT_EQ(config.bot.answer, BotAnswer::kWhenReady);
  EXPECT_EQ(config.bot.waiting, std::nullopt);
}

TEST(BotSettings, WhatIsRefusedSaysWhatIsAcceptedAndChangesNothing) {
  const struct {
    const char *argument, *accepted;
  } kTable[] = {
      {"bot_url=http://x", "ws://HOST"},
      {"bot_url=ws://x/{number}", "{call_id}, {call_sid}, {caller} or {called}"},
      {"bot_url=ws://x/{caller", "in braces"},
      {"bot_fallback_url=x", "ws://HOST"},
      {"bot_parameters=a", "NAME=VALUE"},
      {"bot_parameters==a", "NAME=VALUE"},
      {"bot_parameters=a=1&b=2&a=1", "each NAME once"},
      {"bot_parameter=", "NAME=VALUE"},
      {"bot_credential=../key", "--bot_credentials_dir"},
      {"bot_credential=.", "--bot_credentials_dir"},
      {"bot_on_close=hang up", "hangup, transfer or continue"},
      {"bot_on_failure=", "hangup, transfer or continue"},
      {"bot_max_seconds=0", "1..86400 or inf"},
      {"bot_max_seconds=soon", "1..86400 or inf"},
      {"bot_idle_seconds=-1", "1..86400 or inf"},
      {"bot_reconnect_seconds=inf", "0..600"},
      {"bot_drain_seconds=61", "0..60"},
      {"bot_drain_on_hangup=perhaps", "true or false"},
      {"bot_answer=yes", "at_once or when_ready"},
      {"bot_waiting_tone=music", "ringing, ringing_us or none"},
      {"bot_colour=red", "bot_answer, bot_credential"},
      {"flow=human", "echo, bot or webhook"},
      {"format=mp3", "accepted is alaw"},
  };
  for (const auto& row : kTable) {
    CallConfig config;
    const auto refused = ApplyArguments(config, {"inbound", row.argument, "caller_id=after"});
    ASSERT_EQ(refused.size(), 1u) << row.argument;
    EXPECT_EQ(refused[0].argument, row.argument);
    EXPECT_THAT(refused[0].why, HasSubstr(row.accepted)) << row.argument;
    EXPECT_EQ(config.caller_id, "after");
    EXPECT_EQ(config.bot.url, "");
    EXPECT_THAT(config.bot.parameters, IsEmpty());
    EXPECT_EQ(config.bot.max_time, std::chrono::hours(4));
  }
}

TEST(BotSettings, ABotTakesNoMoreParametersThanMediaDoes) {
  std::string most = "bot_parameters=p=1";
  for (int i = 1; i < 48; ++i) most += "&p" + std::to_string(i) + "=1";
  CallConfig config;
  EXPECT_THAT(ApplyArguments(config, {"inbound", most}), IsEmpty());
  EXPECT_EQ(MakeBot(config.bot, "ws://x", {}).parameters.size(), 50u);
  EXPECT_THAT(ApplyArguments(config, {"inbound", "bot_parameter=one=more"}), ::testing::SizeIs(1));
}

TEST(BotSettings, WhatIsOfTheCallStandsInUrlAndParameters) {
  BotSettings settings;
  ASSERT_TRUE(SetBotSetting(settings, "bot_parameters", "who={caller},json={\"x\":1},to_number=7").ok());
  const CallIdentity call{"pbx/1.2", "CA1", "+49 30", "33"};
  const Bot bot = MakeBot(settings, "ws://b/{call_id}/{call_sid}?f={caller}&t={called}", call);
  EXPECT_EQ(bot.url, "ws://b/pbx%2F1.2/CA1?f=%2B49%2030&t=33");
  EXPECT_EQ(bot.call_sid, "CA1");
  EXPECT_THAT(bot.parameters, UnorderedElementsAre(Pair("who", "+49 30"), Pair("json", "{\"x\":1}"),
                                                   Pair("to_number", "7"), Pair("from_number", "+49 30")));
}

TEST(BotSettings, LogsShowNoSecretOfAUrl) {
  EXPECT_EQ(OriginOf("wss://bots.example:8443/secret?token=1"), "wss://bots.example:8443");
  EXPECT_EQ(OriginOf("ws://[::1]?x"), "ws://[::1]");
}

TEST(BotSettings, ALegForABotIsUlawUnlessTheSettingsNameOneThatMediaConverts) {
  const struct {
    const char *flow, *format, *expected;
  } kTable[] = {{"echo", "", "alaw"},    {"echo", "g722", "g722"}, {"bot", "", "ulaw"},
                {"bot", "alaw", "alaw"}, {"bot", "slin", "slin"},  {"bot", "g722", "ulaw"}};
  for (const auto& row : kTable) {
    CallConfig config;
    ASSERT_TRUE(SetCallSetting(config, "flow", row.flow).ok());
    ASSERT_TRUE(SetCallSetting(config, "format", row.format).ok());
    EXPECT_EQ(FormatOf(config).name, row.expected) << row.flow << " " << row.format;
  }
  CallConfig config;
  const auto refused = ApplyArguments(config, {"inbound", "format=gsm", "flow=bot"});
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_THAT(refused[0].why, HasSubstr("ulaw, alaw or slin"));
}

}  // namespace
}  // namespace benari::control
