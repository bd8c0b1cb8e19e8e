#include "control/call/webhook_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "control/call/call_settings.h"

namespace benari::control {
namespace {

using ::testing::HasSubstr;

TEST(WebhookSettingsTest, AreSetByFlagOrArgument) {
  CallConfig config;
  for (const auto& [name, value] :
       {std::pair("flow", "webhook"), std::pair("webhook_url", "https://bot.example/voice?a=1"),
        std::pair("webhook_fallback_url", "http://10.0.0.5:8080"), std::pair("webhook_method", "GET"),
        std::pair("dial_out_endpoint", "PJSIP/{number}@trunk"),
        std::pair("dial_out_sip_endpoint", "PJSIP/trunk/{uri}"), std::pair("dial_out_allow", "alice|bob")})
    EXPECT_TRUE(SetCallSetting(config, name, value).ok()) << name;
  EXPECT_EQ(config.flow, FlowKind::kWebhook);
  EXPECT_EQ(config.webhook.url, "https://bot.example/voice?a=1");
  EXPECT_EQ(config.webhook.fallback_url, "http://10.0.0.5:8080");
  EXPECT_EQ(config.webhook.method, twiml::Method::kGet);
  EXPECT_EQ(config.webhook.dial_out_endpoint, "PJSIP/{number}@trunk");
  EXPECT_EQ(config.webhook.dial_out_sip_endpoint, "PJSIP/trunk/{uri}");
  EXPECT_NE(config.webhook.dial_out_allow, nullptr);
  EXPECT_EQ(FormatOf(config).name, "ulaw");
  for (const char* name : {"webhook_url", "webhook_fallback_url", "dial_out_endpoint",
                           "dial_out_sip_endpoint", "dial_out_allow"})
    EXPECT_TRUE(SetCallSetting(config, name, "").ok()) << name;
  EXPECT_EQ(config.webhook.url + config.webhook.dial_out_sip_endpoint, "");
  EXPECT_EQ(config.webhook.dial_out_allow, nullptr);
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
                {"dial_out_endpoint", "{number}", "TECHNOLOGY/RESOURCE"},
                {"dial_out_sip_endpoint", "PJSIP/trunk/{number}", "with {uri} in it"},
                {"dial_out_allow", "(alice", "a regular expression as RE2 has them: missing ): (alice"},
                {"dial_out_allow", "(?=alice)", "a regular expression as RE2 has them: "}};
  for (const auto& row : kTable) {
    CallConfig config;
    const absl::Status set = SetCallSetting(config, row.name, row.value);
    EXPECT_THAT(std::string(set.message()), HasSubstr(row.accepted)) << row.name;
    EXPECT_EQ(config.flow, FlowKind::kEcho);
    EXPECT_EQ(config.webhook.url + config.webhook.dial_out_endpoint + config.webhook.dial_out_sip_endpoint,
              "");
    EXPECT_EQ(config.webhook.dial_out_allow, nullptr);
  }
}

WebhookSettings Dialling(const char* allow) {
  CallConfig config;
  EXPECT_TRUE(SetCallSetting(config, "dial_out_endpoint", "PJSIP/{number}@trunk").ok());
  EXPECT_TRUE(SetCallSetting(config, "dial_out_sip_endpoint", "PJSIP/trunk/{uri}").ok());
  EXPECT_TRUE(SetCallSetting(config, "dial_out_allow", allow).ok());
  return config.webhook;
}

std::string WhyNot(const WebhookSettings& settings, const std::string& address) {
  return std::string(DialOutEndpoint(settings, address).status().message());
}

TEST(DialOutTest, NumbersAreDialledWhateverIsAllowed) {
  WebhookSettings settings;
  EXPECT_THAT(WhyNot(settings, "1"), HasSubstr("--dial_out_endpoint"));
  for (const char* allow : {"", "alice"}) {
    settings = Dialling(allow);
    EXPECT_EQ(*DialOutEndpoint(settings, "+1 (415) 555-01.00"), "PJSIP/+14155550100@trunk");
    EXPECT_EQ(*DialOutEndpoint(settings, "110"), "PJSIP/110@trunk");
  }
}

TEST(DialOutTest, WithoutAnExpressionNothingButNumbersIs) {
  const WebhookSettings settings = Dialling("");
  for (const char* bad : {"", "+", "++1", "1+1", "joe", "1&Local/900", "1@other", "1,2", "1\n2", "{number}",
                          "*31#", "123456789012345678901234567890123"})
    EXPECT_THAT(WhyNot(settings, bad), HasSubstr("is no number")) << bad;
  EXPECT_THAT(WhyNot(settings, "joe"), HasSubstr("--dial_out_allow does not match it"));
  EXPECT_THAT(WhyNot(settings, "sip:joe@pbx.example"), HasSubstr("--dial_out_allow does not match it"));
}

TEST(DialOutTest, NamesAreDialledIfTheExpressionMatchesThemAsAWhole) {
  const WebhookSettings settings = Dialling("alice|desk[0-9]+|a\\.b_c-d");
  EXPECT_EQ(*DialOutEndpoint(settings, "alice"), "PJSIP/alice@trunk");
  EXPECT_EQ(*DialOutEndpoint(settings, "desk17"), "PJSIP/desk17@trunk");
  EXPECT_EQ(*DialOutEndpoint(settings, "a.b_c-d"), "PJSIP/a.b_c-d@trunk") << "as it stands";
  for (const char* bad : {"alice2", "malice", "Alice", "desk", "al", "alice\n", "aXb_c-d"})
    EXPECT_FALSE(DialOutEndpoint(settings, bad).ok()) << bad;
}

TEST(DialOutTest, SipUrisAreDialledIfTheExpressionMatchesThemAsAWhole) {
  const WebhookSettings settings = Dialling("sips?:[^@]+@pbx\\.example(:5061)?|sip:.*;transport=tcp");
  for (const char* good : {"sip:joe@pbx.example", "sips:+49.30_x-y@pbx.example:5061",
                           "sip:j@10.0.0.7;transport=tcp", "sip:j@10.0.0.7:5070;transport=tcp"})
    EXPECT_EQ(*DialOutEndpoint(settings, good), std::string("PJSIP/trunk/") + good);
  for (const char* bad : {"sip:joe@pbx.example.evil.com", "sip:joe@evil.com", "sip:joe@pbxxexample",
                          "sip:joe@pbx.example:5060", "SIP:joe@pbx.example"})
    EXPECT_FALSE(DialOutEndpoint(settings, bad).ok()) << bad;
}

// The expression of these allows everything, so it is not the fence.
TEST(DialOutTest, WhatHasAMeaningForAsteriskOrSipIsNeverDialled) {
  const WebhookSettings settings = Dialling("(?s).*");
  ASSERT_TRUE(DialOutEndpoint(settings, "sip:joe@pbx.example").ok());
  ASSERT_TRUE(DialOutEndpoint(settings, "joe").ok());
  for (int c = 0; c < 256; ++c) {
    const auto character = static_cast<char>(c);
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("._-", character)) continue;
    const std::string name = absl::StrCat("jo", std::string(1, character), "e");
    EXPECT_FALSE(DialOutEndpoint(settings, name).ok()) << c;
    const std::string in_host = absl::StrCat("sip:joe@pb", std::string(1, character), "x");
    EXPECT_FALSE(DialOutEndpoint(settings, in_host).ok()) << c;
    if (character == '+') continue;
    EXPECT_FALSE(DialOutEndpoint(settings, "sip:" + name + "@pbx").ok()) << c;
  }
  for (const char* bad : {"sip:",
                          "sip:pbx",
                          "sip:@pbx",
                          "sip:joe@",
                          "sip:joe:secret@pbx",
                          "sip:joe@pbx:",
                          "sip:joe@pbx:123456",
                          "sip:joe@pbx?Replaces=1",
                          "sip:joe@pbx;maddr=evil.com",
                          "sip:joe@pbx;transport=udp;lr",
                          "sip:joe@pbx;transport=tcp?Route=x",
                          "sip:joe@[::1]",
                          "sip:joe%40evil@pbx",
                          "<sip:joe@pbx>",
                          "sip:joe@pbx&Local/900",
                          "sip:joe@pbx/900",
                          "sip:joe@pbx ",
                          "tel:+4930",
                          "h323:joe@pbx",
                          "1@sip:joe@pbx"})
    EXPECT_FALSE(DialOutEndpoint(settings, bad).ok()) << bad;
  EXPECT_FALSE(DialOutEndpoint(settings, std::string(65, 'a')).ok());
  EXPECT_FALSE(DialOutEndpoint(settings, absl::StrCat("sip:", std::string(65, 'a'), "@pbx")).ok());
  EXPECT_FALSE(DialOutEndpoint(settings, absl::StrCat("sip:a@", std::string(65, 'a'))).ok());
}

TEST(DialOutTest, TheSettingThatIsMissingIsNamed) {
  WebhookSettings settings = Dialling("(?s).*");
  settings.dial_out_sip_endpoint.clear();
  EXPECT_EQ(DialOutEndpoint(settings, "sip:joe@pbx").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(WhyNot(settings, "sip:joe@pbx"), HasSubstr("--dial_out_sip_endpoint"));
  EXPECT_TRUE(DialOutEndpoint(settings, "joe").ok());
  settings = Dialling("(?s).*");
  settings.dial_out_endpoint.clear();
  EXPECT_THAT(WhyNot(settings, "joe"), HasSubstr("--dial_out_endpoint"));
  EXPECT_TRUE(DialOutEndpoint(settings, "sip:joe@pbx").ok());
}

TEST(TransferEndpointTest, NotToWhatTheCallerHasCalled) {
  const WebhookSettings settings = Dialling("joe|sip:.*");
  for (const char* called : {"+4930", "joe", "sip:joe@pbx"}) {
    for (const char* to : {"+4930", "joe", "sip:joe@pbx"})
      EXPECT_EQ(TransferEndpoint(settings, to, called).ok(), std::string(to) != called)
          << to << " " << called;
  }
  EXPECT_FALSE(TransferEndpoint(settings, "+49 (30)", "+4930").ok());
  EXPECT_TRUE(TransferEndpoint(settings, "joe", "s").ok()) << "an extension that is not dialled out";
}

}  // namespace
}  // namespace benari::control
