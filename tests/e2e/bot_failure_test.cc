// Bots that cannot be reached, and bots that are lost.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/e2e/bot_test.h"
#include "tests/harness/ports.h"

namespace benari::e2e {
namespace {

class BotFailureTest : public BotTest {
 protected:
  // Nobody listens there.
  std::string Nowhere() { return absl::StrCat("ws://127.0.0.1:", FreeTcpPort(), "/bot"); }
};

nlohmann::json StartOf(const LogLine& event) { return nlohmann::json::parse(event.Field("start")); }

TEST_F(BotFailureTest, TheFallbackIsDialledInstead) {
  StartBot();
  StartWithBot(Nowhere(), {"--bot_fallback_url=" + bot_->url("/say,listen"), "--bot_reconnect_seconds=1"});
  Call();
  Event("mark");
  phone_.HangUp();
  Event("stop");
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

TEST_F(BotFailureTest, WithoutABotTheCallerIsTransferred) {
  StartWithBot(Nowhere(), {"--bot_reconnect_seconds=1", "--destination=Local/answers@default/n"});
  Call();
  WaitForPhase("connected");
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "completed");
}

TEST_F(BotFailureTest, WithoutABotTheCallerIsHungUpIfSoConfigured) {
  StartWithBot(Nowhere(), {"--bot_reconnect_seconds=1", "--bot_on_failure=hangup"});
  Call();
  EXPECT_TRUE(phone_.WaitUntilOver(kPatience));
  WaitForLog("call ended");
}

TEST_F(BotFailureTest, ALostBotIsDialledAgainForTheSameCall) {
  StartBot();
  StartWithBot(bot_->url("/until:frames:20,abort"));
  Call();
  const nlohmann::json first = StartOf(Event("start", 1));
  const nlohmann::json second = StartOf(Event("start", 2));
  EXPECT_EQ(first["callSid"], second["callSid"]);
  EXPECT_NE(first["streamSid"], second["streamSid"]);
  EXPECT_EQ(first["customParameters"], second["customParameters"]);
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

}  // namespace
}  // namespace benari::e2e
