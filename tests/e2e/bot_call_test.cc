// A caller and a bot: what both hear, keys, interruptions, and how the call goes on when one of them leaves.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/e2e/bot_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

double Now() { return std::chrono::duration<double>(system_clock::now().time_since_epoch()).count(); }

class BotCallTest : public BotTest {
 protected:
  void WaitUntilHeard(milliseconds length) { EXPECT_GE(PhoneHears(said_, length), length); }
};

TEST_F(BotCallTest, BothHearEachOtherSampleBySample) {
  StartBot();
  StartWithBot(bot_->url("/say,listen"));
  Call();
  Event("start");
  Event("mark");
  WaitUntilHeard(milliseconds(2000));
  const std::vector<uint8_t> question = Noise(milliseconds(2000), 2);
  phone_.Say(question);
  ASSERT_TRUE(phone_.WaitUntilSaid(kPatience));
  EXPECT_EQ(FoundOnceIn(
                question, [this] { return BotHeard(); }, milliseconds(2000)),
            milliseconds(2000));
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

// One byte a message, and a size that no frame is a multiple of.
class BotMessagesTest : public BotCallTest, public ::testing::WithParamInterface<int> {};

TEST_P(BotMessagesTest, OfAnySizeAreHeard) {
  StartBot();
  StartWithBot(bot_->url(absl::StrCat("/say:", GetParam(), ",listen")));
  Call();
  Event("mark");
  WaitUntilHeard(milliseconds(2000));
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

INSTANTIATE_TEST_SUITE_P(Sizes, BotMessagesTest, ::testing::Values(1, 333));

// It speaks as soon as it has its start, before Asterisk has joined the caller with media, or while the
// caller rings.
class BotGreetingTest : public BotCallTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(BotGreetingTest, IsHeardFromItsFirstSampleOn) {
  StartBot();
  StartWithBot(bot_->url("/say,listen"), {absl::StrCat("--bot_answer=", GetParam())});
  Call("unanswered");
  phone_.Say(Noise(milliseconds(20), 2));  // and silence from then on
  Event("mark");
  WaitUntilHeard(milliseconds(2000));
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

INSTANTIATE_TEST_SUITE_P(Answered, BotGreetingTest, ::testing::Values("at_once", "when_ready"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(BotCallTest, HearsTheKeysInTheirOrder) {
  StartBot();
  StartWithBot(bot_->url("/listen"));
  Call();
  Event("start");
  phone_.Press("12*#");
  std::string digits;
  const auto four = [&digits](const std::string& text) {
    const LogLine line{text};
    if (line.Field("event") != "dtmf") return false;
    digits += nlohmann::json::parse(line.Field("dtmf"))["digit"].get<std::string>();
    return digits.size() == 4;
  };
  EXPECT_TRUE(bot_->process().WaitForLine(four, kPatience)) << digits;
  EXPECT_EQ(digits, "12*#");
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

TEST_F(BotCallTest, WhatTheBotClearsIsNotHeard) {
  said_ = Noise(seconds(20), 1);
  WriteFile(files_.File("said"), std::string(said_.begin(), said_.end()));
  StartBot();
  StartWithBot(bot_->url("/play:4000,clear,listen"));
  Call();
  const double cleared = SecondsOf(Event("cleared"));
  const auto is_last = [](const std::string& line) {
    return LogLine{line}.Field("event") == "mark" && absl::StrContains(line, "\"said\"");
  };
  const auto returned = bot_->process().WaitForLine(is_last, kPatience);
  ASSERT_TRUE(returned) << bot_->process().LastLines(20);
  PrintFigure("mark_back_ms", (SecondsOf(LogLine{*returned}) - cleared) * 1000);
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "caller_hung_up");
  const milliseconds heard = FoundIn(said_, phone_.HeardAudio());
  EXPECT_GT(heard, milliseconds(0));
  EXPECT_LT(heard, seconds(10));
}

TEST_F(BotCallTest, TheCallerHangsUpAndTheBotIsTold) {
  StartBot();
  StartWithBot(bot_->url("/say,listen"));
  Call();
  Event("start");
  const double hung_up = Now();
  phone_.HangUp();
  const LogLine stop = Event("stop");
  const LogLine closed = Event("closed");
  EXPECT_EQ(closed.Field("code"), "1000");
  PrintFigure("bot_told_ms", (SecondsOf(stop) - hung_up) * 1000);
  EXPECT_LT(SecondsOf(stop) - hung_up, 10);
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

TEST_F(BotCallTest, AGoodbyeIsHeardToItsEndAndTheCallIsHungUp) {
  StartBot();
  StartWithBot(bot_->url("/say,close"));
  Call();
  Event("closed");
  EXPECT_TRUE(phone_.WaitUntilOver(kPatience));
  EXPECT_EQ(FoundIn(said_, phone_.HeardAudio()), milliseconds(2000));
  WaitForLog("call ended");
}

TEST_F(BotCallTest, ABotThatClosesTransfersTheCaller) {
  const auto trunk = Trunk("trunk_answers");
  StartBot();
  StartWithBot(bot_->url("/say,close"), {"--bot_on_close=transfer", "--destination=Local/answers@default/n"});
  Call();
  WaitForPhase("connected");
  phone_.Speak(100);
  const auto deadline = steady_clock::now() + kPatience;
  while (phone_.Heard(450) < milliseconds(300) && steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(20));
  EXPECT_GE(phone_.Heard(450), milliseconds(300)) << "the destination echoes";
  EXPECT_EQ(FoundIn(said_, phone_.HeardAudio()), milliseconds(2000)) << "the goodbye";
  phone_.HangUp();
  EXPECT_EQ(Outcome(), "completed");
}

TEST_F(BotCallTest, ABotThatClosesLetsTheDialPlanGoOn) {
  StartBot();
  StartWithBot(bot_->url("/say,close"));
  Call("onward");
  Event("closed");
  WaitForLog("call ended");
  phone_.Speak(100);
  const auto deadline = steady_clock::now() + kPatience;
  while (phone_.Heard(450) < milliseconds(300) && steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(20));
  EXPECT_GE(phone_.Heard(450), milliseconds(300)) << "the dial plan echoes";
  phone_.HangUp();
}

}  // namespace
}  // namespace benari::e2e
