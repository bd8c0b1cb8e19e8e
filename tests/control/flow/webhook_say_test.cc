// A webhook that has a text said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/twiml/parser.h"
#include "tests/control/flow/webhook_fixture.h"

namespace benari::control {
namespace {

class WebhookSayTest : public WebhookTest {
 protected:
  WebhookSayTest() { speaker_.configured = true; }
  // After it comes a bot.
  void Begin(const std::string& say) {
    replies_.clear();
    Answers({say + StreamTo(kUrl), StreamTo(kUrl)});
    WebhookTest::Begin(WebhookCall(), /*answered=*/false);
  }
  void Prepare() override {
    WebhookTest::Prepare();
    world_->speaker = speaker_;
  }
  bool UntilPlayed() {
    return world_->Until([this] { return !Caller().playback_id.empty(); });
  }
  bool UntilSpoken() {
    return world_->Until([this] { return !world_->speaker.asked.empty(); });
  }
  long Played() const {
    const auto& steps = world_->control->faults().steps();
    return std::count_if(steps.begin(), steps.end(),
                         [](const fakes::Step& step) { return step.operation == "ari.Play"; });
  }
  double Made(const std::string& result) const {
    return world_->control->Metric("benari_control_speech_duration_seconds", result);
  }

  fakes::FakeSpeaker speaker_;
};

TEST_F(WebhookSayTest, ATextIsHeardToItsEnd) {
  Begin("<Say voice='slt' language='en-US'>How are you?</Say>");
  ASSERT_TRUE(UntilPlayed());
  EXPECT_EQ(Caller().ari.state, "Up") << "who is not answered hears nothing";
  EXPECT_TRUE(Dialled().empty()) << "one after the other";
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ASSERT_EQ(world_->speaker.asked.size(), 1U);
  EXPECT_EQ(world_->speaker.asked[0].text, "How are you?");
  EXPECT_EQ(world_->speaker.asked[0].voice, "slt");
  EXPECT_EQ(world_->speaker.asked[0].language, "en-US");
  EXPECT_EQ(Played(), 1);
  EXPECT_EQ(Made("ok"), 1);
  EXPECT_FALSE(Warned("verb of the webhook not done"));
  HangUpAndExpectClean();
}

TEST_F(WebhookSayTest, ALoopIsHeardSoOftenAndAskedForEachTime) {
  Begin("<Say loop='3'>Hello</Say>");
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_EQ(Played(), 3);
  EXPECT_EQ(world_->speaker.asked.size(), 3U);
  HangUpAndExpectClean();
}

TEST_F(WebhookSayTest, ALoopWithoutEndIsHeardUntilTheCallerHangsUp) {
  Begin("<Say loop='0'>Hello</Say>");
  world_->RunFor(seconds(60));
  EXPECT_GE(Played(), 40);
  EXPECT_TRUE(Dialled().empty());
  HangUpAndExpectClean();
  EXPECT_FALSE(Warned("verb of the webhook not done"));
}

TEST_F(WebhookSayTest, WithoutACommandTheNextVerbRuns) {
  speaker_.configured = false;
  Begin("<Say>Hello</Say>");
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_TRUE(Warned("verb of the webhook not done"));
  EXPECT_EQ(Played(), 0);
  HangUpAndExpectClean();
}

TEST_F(WebhookSayTest, WhatCannotBeSaidIsSkippedWhateverItsLoop) {
  speaker_.fails = true;
  Begin("<Say loop='0'>Hello</Say>");
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_TRUE(Warned("verb of the webhook not done"));
  EXPECT_EQ(world_->speaker.asked.size(), 1U);
  EXPECT_EQ(Played(), 0);
  EXPECT_EQ(Made("failed"), 1);
  HangUpAndExpectClean();
}

TEST_F(WebhookSayTest, WhatAsteriskDoesNotFindIsSkipped) {
  speaker_.sound = "sound:missing";
  Begin("<Say loop='0'>Hello</Say>");
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_TRUE(Warned("verb of the webhook not done"));
  EXPECT_EQ(Played(), 1);
  HangUpAndExpectClean();
}

TEST_F(WebhookSayTest, ACallThatEndsDoesNotWaitForTheCommand) {
  speaker_.delay = seconds(10);
  Begin("<Say>Hello</Say>");
  ASSERT_TRUE(UntilSpoken());
  const Clock::Time hung_up = world_->timers.Now();
  world_->asterisk.CallerHangsUp(caller_);
  ASSERT_TRUE(world_->UntilNoCalls());
  EXPECT_LT(world_->timers.Now() - hung_up, seconds(1));
  ExpectClean();  // the answer comes meanwhile, to nobody
  EXPECT_EQ(Played(), 0);
}

TEST_F(WebhookSayTest, ARedirectDoesNotWaitForTheCommand) {
  speaker_.delay = seconds(10);
  Begin("<Say>Hello</Say>");
  ASSERT_TRUE(UntilSpoken());
  const Clock::Time redirected = world_->timers.Now();
  ASSERT_TRUE(world_->control->app().Redirect(caller_, *twiml::Parse("<Response><Dial>7</Dial></Response>")));
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_LT(world_->timers.Now() - redirected, seconds(9));
  world_->RunFor(seconds(15));
  EXPECT_EQ(Played(), 0) << "nothing is said into the conversation";
  HangUpAndExpectClean();
}

TEST_F(WebhookSayTest, WhatIsMadeWhileAsteriskIsAwayIsHeardAfterwards) {
  speaker_.delay = seconds(1);
  Begin("<Play>sound:beep</Play><Say>Hello</Say>");
  ASSERT_TRUE(UntilSpoken());
  world_->control->Disconnect();
  world_->RunFor(seconds(3));
  EXPECT_EQ(Played(), 1) << "the sound before it";
  ASSERT_TRUE(world_->control->Connect());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_EQ(Played(), 2);
  EXPECT_FALSE(Warned("verb of the webhook not done"));
  HangUpAndExpectClean();
}

// From the first question to the bot, each 50 ms.
TEST_F(WebhookSayTest, ACallerWhoHangsUpAtAnyMomentLeavesNothing) {
  for (milliseconds at(0); at < milliseconds(2500); at += milliseconds(50)) {
    SCOPED_TRACE(at.count());
    Begin("<Say loop='2'>Hello</Say>");
    world_->RunFor(at);
    HangUpAndExpectClean();
    if (HasFailure()) return;
  }
}

TEST_F(WebhookSayTest, AControlThatDiesAtAnyMomentIsFollowedByOneThatAsksAgain) {
  for (milliseconds at(0); at < milliseconds(2500); at += milliseconds(50)) {
    SCOPED_TRACE(at.count());
    Begin("<Say loop='2'>Hello</Say>");
    world_->RunFor(at);
    world_->Kill();
    world_->Start();
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
    EXPECT_TRUE(Caller().playback_id.empty());
    HangUpAndExpectClean();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace benari::control
