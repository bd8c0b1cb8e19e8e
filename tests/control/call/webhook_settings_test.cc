#include "control/call/webhook_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/call/call_settings.h"

namespace benari::control {
namespace {

using ::testing::HasSubstr;

TEST(WebhookSettingsTest, AreSetByFlagOrArgument) {
  CallConfig config;
  for (const auto& [name, value] :
       {std::pair("flow", "webhook"), std::pair("webhook_url", "https://bot.example/voice?a=1"),
        std::pair("webhook_fallback_url", "http://10.0.0.5:8080"), std::pair("webhook_method", "GET"),
        std::pair("dial_out_endpoint", "PJSIP/{number}@trunk")})
    EXPECT_TRUE(SetCallSetting(config, name, value).ok()) << name;
  EXPECT_EQ(config.flow, FlowKind::kWebhook);
  EXPECT_EQ(config.webhook.url, "https://bot.example/voice?a=1");
  EXPECT_EQ(config.webhook.fallback_url, "http://10.0.0.5:8080");
  EXPECT_EQ(config.webhook.method, twiml::Method::kGet);
  EXPECT_EQ(config.webhook.dial_out_endpoint, "PJSIP/{number}@trunk");
  EXPECT_EQ(FormatOf(config).name, "ulaw");
  for (const char* name : {"webhook_url", "webhook_fallback_url", "dial_out_endpoint"})
    EXPECT_TRUE(SetCallSetting(config, name, "").ok()) << name;
  EXPECT_EQ(config.webhook.url, "");
}

TEST(WebhookSettingsTest, AnythingElseIsRefusedAndChangesNothing) {
  const struct {
    const char* name;
    const char* value;
    const char* accepted;
  } kTable[] = {{"flow", "twiml", "echo, bot or webhook"},
                {"webhook_url", "ws://bot/", "http://HOST[:PORT][/PATH] or https://"},
                {"webhook_url", "bot.example", "http://HOST[:PORT][/PATH] or https://"},
                {"webhook_fallback_url", "https://", "HOST[:PORT]"},
                {"webhook_method", "post", "POST or GET"},
                {"dial_out_endpoint", "PJSIP/trunk", "with {number} in it"},
                {"dial_out_endpoint", "{number}", "TECHNOLOGY/RESOURCE"}};
  for (const auto& row : kTable) {
    CallConfig config;
    const absl::Status set = SetCallSetting(config, row.name, row.value);
    EXPECT_THAT(std::string(set.message()), HasSubstr(row.accepted)) << row.name;
    EXPECT_EQ(config.flow, FlowKind::kEcho);
    EXPECT_EQ(config.webhook.url + config.webhook.dial_out_endpoint, "");
  }
}

TEST(DialOutTest, DialsDigitsAndNothingElse) {
  WebhookSettings settings;
  EXPECT_THAT(std::string(DialOutEndpoint(settings, "1").status().message()),
              HasSubstr("--dial_out_endpoint"));
  settings.dial_out_endpoint = "PJSIP/{number}@trunk";
  EXPECT_EQ(*DialOutEndpoint(settings, "+1 (415) 555-01.00"), "PJSIP/+14155550100@trunk");
  EXPECT_EQ(*DialOutEndpoint(settings, "110"), "PJSIP/110@trunk");
  for (const char* bad : {"", "+", "++1", "1+1", "joe", "1&Local/900", "1@other", "1,2", "1\n2", "{number}",
                          "*31#", "123456789012345678901234567890123"})
    EXPECT_THAT(std::string(DialOutEndpoint(settings, bad).status().message()), HasSubstr("is no number"))
        << bad;
}

}  // namespace
}  // namespace benari::control
