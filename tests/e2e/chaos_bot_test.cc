// What a bot notices when control or a media node dies in mid-call.
#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "tests/e2e/chaos_test.h"
#include "tests/harness/bot_process.h"
#include "tests/harness/soft_phone.h"

namespace benari::e2e {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kPatience{40};
// The bot's WebSockets: the call of StartWorld has the first one.
constexpr int kFirst = 2;

class ChaosBotTest : public ChaosTest {
 protected:
  void StartWorldAndCall(int nodes) {
    auto bot = BotProcess::Start("scripted", {});
    if (!bot.ok()) throw std::runtime_error(std::string(bot.status().message()));
    bot_ = std::move(*bot);
    StartWorld({"--flow=bot", "--bot_url=" + bot_->url("/listen")}, nodes);
    ASSERT_NE(Event("closed", kFirst - 1), nullptr);
    phone_.Call(asterisk().sip(), "3308487");
    ASSERT_TRUE(phone_.WaitUntilUp(kPatience)) << phone_.status();
    phone_.Speak(100);
    start_ = Event("start", kFirst);
  }

  // The first such message of the bot's nth WebSocket; null when it does not come.
  nlohmann::json Event(const std::string& event, int connection) {
    const auto line = bot_->WaitForEvent(event, connection, kPatience);
    if (line) return nlohmann::json::parse(line->json);
    ADD_FAILURE() << "the bot saw no " << event << " on its WebSocket " << connection << "; it said\n"
                  << bot_->process().LastLines(50);
    return nullptr;
  }

  void HangUpAndExpectStop(int connection) {
    phone_.HangUp();
    const nlohmann::json stop = Event("stop", connection);
    EXPECT_EQ(stop["stop"]["callSid"], start_["start"]["callSid"]);
    EXPECT_EQ(Event("closed", connection)["code"], 1000);
    ExpectEventually("the call ended", [this] { return Ended("caller_hung_up") == 1; });
  }

  std::unique_ptr<BotProcess> bot_;
  SoftPhone phone_{{"alaw", 450, 0}};
  nlohmann::json start_;
};

TEST_F(ChaosBotTest, AnotherNodeDialsTheBotForTheSameCall) {
  StartWorldAndCall(2);
  const size_t busy = Sessions(0).sessions_size() > 0 ? 0 : 1;
  node(busy).process().Signal(SIGKILL);
  const auto lost = steady_clock::now();
  const nlohmann::json again = Event("start", kFirst + 1);
  Figure("bot_dialled_again_ms", MsSince(lost));
  EXPECT_EQ(again["start"]["callSid"], start_["start"]["callSid"]);
  EXPECT_NE(again["start"]["streamSid"], start_["start"]["streamSid"]);
  HangUpAndExpectStop(kFirst + 1);
}

TEST_F(ChaosBotTest, ControlIsKilledAndTheBotNoticesNothing) {
  StartWorldAndCall(1);
  newest().process().Signal(SIGKILL);
  newest().process().WaitForExit(kPatience);
  StartControl();
  WaitForLines("message", "call adopted", 1);
  HangUpAndExpectStop(kFirst);
  for (const std::string& line : bot_->process().Lines()) {
    EXPECT_NE(LogLine{line}.Field("connection"), absl::StrCat(kFirst + 1)) << "the bot was dialled again";
  }
}

}  // namespace
}  // namespace benari::e2e
