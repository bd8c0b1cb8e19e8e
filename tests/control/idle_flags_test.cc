#include "control/idle_flags.h"

#include <gmock/gmock.h>

#include "absl/flags/reflection.h"

namespace benari::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class IdleFlagsTest : public ::testing::Test {
 protected:
  IdleFlagsTest() { config_.ari.url = *net::ParseUrl("http://127.0.0.1:8088/ari", {"http"}); }

  static void Give(const char* flag, const char* value) {
    std::string error;
    ASSERT_TRUE(absl::FindCommandLineFlag(flag)->ParseFrom(value, &error)) << error;
  }
  void SetBot(const char* name, const char* value) {
    ASSERT_TRUE(SetBotSetting(config_.call.bot, name, value).ok());
  }

  Config config_;

 private:
  absl::FlagSaver saver_;
};

TEST_F(IdleFlagsTest, DefaultsAreNone) { EXPECT_THAT(IdleFlags(config_), IsEmpty()); }

TEST_F(IdleFlagsTest, AFlowWithoutItsUrlDependsOnTheDialPlan) {
  config_.call.flow = FlowKind::kBot;
  EXPECT_THAT(IdleFlags(config_),
              ElementsAre("--flow=bot: without --bot_url only callers whose dial plan names a "
                          "bot_url have a bot"));
  SetBot("bot_url", "ws://127.0.0.1:1");
  EXPECT_THAT(IdleFlags(config_), IsEmpty());
  config_.call.flow = FlowKind::kWebhook;
  EXPECT_THAT(IdleFlags(config_),
              ElementsAre("--flow=webhook: without --webhook_url only callers whose dial plan "
                          "names a webhook_url have one"));
  config_.call.webhook.url = "http://127.0.0.1:1";
  EXPECT_THAT(IdleFlags(config_), IsEmpty());
}

TEST_F(IdleFlagsTest, TlsOfAnApiThatIsNotServed) {
  Give("api_tls_cert_file", "/a.pem");
  Give("api_tls_key_file", "/a.key");
  EXPECT_THAT(IdleFlags(config_), ElementsAre("--api_tls_cert_file=/a.pem: not used without --api_listen",
                                              "--api_tls_key_file=/a.key: not used without --api_listen"));
  config_.api.listen = Endpoint("127.0.0.1", 8081);
  EXPECT_THAT(IdleFlags(config_), IsEmpty());
}

TEST_F(IdleFlagsTest, CasOfAnAriWithoutTls) {
  Give("ari_ca_file", "/ca.pem");
  EXPECT_THAT(
      IdleFlags(config_),
      ElementsAre("--ari_ca_file=/ca.pem: not used, since --ari_url=http://127.0.0.1:8088/ari is not https"));
  config_.ari.url = *net::ParseUrl("https://pbx/ari", {"https"});
  EXPECT_THAT(IdleFlags(config_), IsEmpty());
}

TEST_F(IdleFlagsTest, PlaceholdersThatNobodyReplaces) {
  SetBot("bot_parameters", "a={caller}{called}{call_id}{call_sid}&b={\"x\":1}&c={}&d={open&e={{&f={a b}");
  EXPECT_THAT(IdleFlags(config_), IsEmpty());
  SetBot("bot_parameters", "who={caller} {nosuch}");
  EXPECT_THAT(
      IdleFlags(config_),
      ElementsAre("--bot_parameters: {nosuch} in who is sent as it is: replaced are {call_id}, {call_sid}, "
                  "{caller}, {called}"));
}

}  // namespace
}  // namespace benari::control
