// Real calls to the bots that are shown to others: the echo bots of the README, one that
// wants a signature, one of OpenAI's SDK, and the conformance kit.
#include <gmock/gmock.h>

#include <stdexcept>

#include "absl/strings/match.h"
#include "tests/e2e/bot_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;

class EchoBotTest : public BotTest, public ::testing::WithParamInterface<std::vector<std::string>> {};

TEST_P(EchoBotTest, TheCallerHearsItself) {
  auto bot = BotProcess::StartProgram(GetParam());
  ASSERT_TRUE(bot.ok()) << bot.status();
  StartWithBot((*bot)->url("/"));
  Call();
  const std::vector<uint8_t> question = Noise(milliseconds(1000), 3);
  const auto called = [](const std::string& line) { return absl::StartsWith(line, "call CA"); };
  ASSERT_TRUE((*bot)->process().WaitForLine(called, kPatience)) << (*bot)->process().LastLines(20);
  // What it says before Asterisk has joined it with media, which the bot does not wait for, goes nowhere.
  phone_.Say(Noise(milliseconds(200), 4));
  phone_.Say(question);
  EXPECT_EQ(PhoneHears(question, milliseconds(1000)), milliseconds(1000))
      << AsJson(media_view().ListSessions().value_or(media::v1::ListSessionsResponse()));
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

INSTANTIATE_TEST_SUITE_P(Languages, EchoBotTest,
                         ::testing::Values(std::vector<std::string>{"/usr/bin/python3", "echo.py"},
                                           std::vector<std::string>{"node", "echo.js"}),
                         [](const auto& test) { return test.param.back() == "echo.js" ? "Node" : "Python"; });

// A bot that checks X-Twilio-Signature with the library of those who invented it.
class SignedBotTest : public BotTest {
 protected:
  void StartWithToken(const std::string& token) {
    auto bot = BotProcess::StartProgram({"node", "signed.js", "secret-of-the-bot"});
    if (!bot.ok()) throw std::runtime_error(std::string(bot.status().message()));
    bot_ = std::move(*bot);
    WriteFile(files_.File("theirs"), "auth_token: " + token + "\n");
    StartWithBot(bot_->url("/bot/a%20b?x=1&y=2"),
                 {"--bot_credential=theirs", "--bot_on_failure=hangup", "--bot_reconnect_seconds=3"},
                 {"--bot_credentials_dir=" + files_.path()});
  }
};

TEST_F(SignedBotTest, AcceptsTheSignature) {
  StartWithToken("secret-of-the-bot");
  Call();
  const auto called = [](const std::string& line) { return absl::StartsWith(line, "call CA"); };
  EXPECT_TRUE(bot_->process().WaitForLine(called, kPatience)) << bot_->process().LastLines(20);
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

TEST_F(SignedBotTest, RefusesAnotherToken) {
  StartWithToken("guessed");
  Call();
  EXPECT_TRUE(phone_.WaitUntilOver(kPatience));
  WaitForLog("call ended");
  for (const std::string& line : bot_->process().Lines())
    EXPECT_FALSE(absl::StartsWith(line, "call CA")) << line;
}

// OpenAI's agents SDK and its transport for Twilio, with a stand-in for the model's server. The model answers
// with all of `said_` at once, and says when it hears the caller speak.
class AgentsBotTest : public BotTest {};

TEST_F(AgentsBotTest, KnowsHowMuchWasHeardWhenItIsInterrupted) {
  said_ = Noise(std::chrono::seconds(20), 1);
  WriteFile(files_.File("said"), std::string(said_.begin(), said_.end()));
  auto bot = BotProcess::StartListening({"node", "agents.mjs", "--audio=" + files_.File("said")});
  ASSERT_TRUE(bot.ok()) << bot.status();
  bot_ = std::move(*bot);
  StartWithBot(bot_->url("/"));
  Call();
  PhoneHears(said_, milliseconds(1000));
  phone_.Say(Noise(milliseconds(1000), 2));
  const auto is_it = [](const std::string& line) { return LogLine{line}.Field("event") == "truncated"; };
  const auto truncated = bot_->process().WaitForLine(is_it, kPatience);
  ASSERT_TRUE(truncated) << bot_->process().LastLines(50);
  const double counted_ms = std::atof(LogLine{*truncated}.Field("audio_end_ms").c_str());
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
  const milliseconds heard = FoundIn(said_, phone_.HeardAudio());
  PrintFigure("heard_ms", static_cast<double>(heard.count()));
  PrintFigure("counted_ms", counted_ms);
  EXPECT_LT(heard, std::chrono::seconds(15)) << "the rest was cleared";
  // It knows of half seconds, by marks, and adds 50 ms.
  EXPECT_LT(counted_ms - 50, static_cast<double>(heard.count()));
  EXPECT_GT(counted_ms + 1000, static_cast<double>(heard.count()));
}

class ConformanceTest : public BotTest {};

TEST_F(ConformanceTest, TheKitFindsNothing) {
  const std::string keys = "12*#";
  // The kit asks for keys and for the hang-up; its limits are for a machine that has nothing else to do.
  const auto obey = [this, keys](const std::string& line) {
    if (absl::StartsWith(line, "press")) phone_.Press(keys);
    if (absl::StartsWith(line, "hang up")) phone_.HangUp();
  };
  auto kit =
      BotProcess::Start("conformance.kit", {"--digits=" + keys, "--max_gap_s=2", "--patience_s=10"}, obey);
  ASSERT_TRUE(kit.ok()) << kit.status();
  StartWithBot((*kit)->url("/any/path"));
  Call();
  EXPECT_EQ((*kit)->process().WaitForExit(std::chrono::seconds(90)), 0) << (*kit)->process().LastLines(40);
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

}  // namespace
}  // namespace benari::e2e
