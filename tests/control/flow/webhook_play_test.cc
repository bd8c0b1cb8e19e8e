// A webhook that has a sound or a tone played.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/twiml/parser.h"
#include "tests/control/flow/webhook_fixture.h"

namespace benari::control {
namespace {

class WebhookPlayTest : public WebhookTest {
 protected:
  // After it comes a bot.
  void Begin(const std::string& play) {
    replies_.clear();
    Answers({play + StreamTo(kUrl), StreamTo(kUrl)});
    WebhookTest::Begin(WebhookCall(), /*answered=*/false);
  }
  bool UntilPlayed() {
    return world_->Until([this] { return !Caller().playback_id.empty(); });
  }
  long Played() const {
    const auto& steps = world_->control->faults().steps();
    return std::count_if(steps.begin(), steps.end(),
                         [](const fakes::Step& step) { return step.operation == "ari.Play"; });
  }
};

TEST_F(WebhookPlayTest, ASoundIsHeardToItsEnd) {
  Begin("<Play>sound:custom/hello-1</Play>");
  ASSERT_TRUE(UntilPlayed());
  EXPECT_EQ(Caller().ari.state, "Up") << "who is not answered hears nothing";
  ASSERT_TRUE(world_->Until([this] { return Caller().playback_id.empty(); }));
  EXPECT_TRUE(Dialled().empty()) << "one after the other";
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_EQ(Played(), 1);
  EXPECT_FALSE(Warned("verb of the webhook not done"));
  HangUpAndExpectClean();
}

TEST_F(WebhookPlayTest, ALoopIsHeardSoOften) {
  Begin("<Play loop='3'>sound:beep</Play>");
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_EQ(Played(), 3);
  HangUpAndExpectClean();
}

TEST_F(WebhookPlayTest, ALoopWithoutEndIsHeardUntilTheCallerHangsUp) {
  Begin("<Play loop='0'>sound:beep</Play>");
  world_->RunFor(seconds(60));
  EXPECT_GE(Played(), 50);
  EXPECT_TRUE(Dialled().empty());
  HangUpAndExpectClean();
  EXPECT_FALSE(Warned("verb of the webhook not done"));
}

// Also where Asterisk reports the end of the first loop once the second has been asked for.
TEST_F(WebhookPlayTest, AToneIsStoppedAfterFiveSeconds) {
  for (const fakes::Order order : {fakes::Order::kEventsFirst, fakes::Order::kAnswerFirst}) {
    asterisk_options_.order = order;
    Begin("<Play loop='2'>tone:ring</Play>");
    ASSERT_TRUE(UntilPlayed());
    world_->RunFor(milliseconds(9500));
    EXPECT_TRUE(Dialled().empty());
    EXPECT_FALSE(Caller().playback_id.empty());
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
    world_->RunFor(seconds(1));
    EXPECT_TRUE(Caller().playback_id.empty());
    EXPECT_EQ(Played(), 2);
    HangUpAndExpectClean();
  }
}

TEST_F(WebhookPlayTest, WhatAsteriskDoesNotHaveIsSkipped) {
  Begin("<Play loop='0'>sound:missing</Play>");
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_EQ(Played(), 1);
  EXPECT_TRUE(Warned("verb of the webhook not done"));
  HangUpAndExpectClean();
}

TEST_F(WebhookPlayTest, WhatIsNoSoundOfAsteriskIsNotAskedFor) {
  for (const char* sound : {"beep", "https://example.com/hello.mp3", "sound:", "sound:../../etc/passwd",
                            "sound:a,sound:b", "sound:http://example.com/a", "recording:a", "tone:a b"}) {
    SCOPED_TRACE(sound);
    Begin("<Play>" + std::string(sound) + "</Play>");
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
    EXPECT_EQ(Played(), 0);
    EXPECT_TRUE(Warned("verb of the webhook not done"));
    HangUpAndExpectClean();
  }
}

TEST_F(WebhookPlayTest, ThatIsRefusedIsSkipped) {
  replies_.clear();
  Answers({"<Pause length='1'/><Play>sound:beep</Play>" + StreamTo(kUrl)});
  WebhookTest::Begin(WebhookCall());
  world_->control->faults().Add("ari.Play", 1, {fakes::FaultKind::kErrorBefore});
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_TRUE(Warned("not played"));
  HangUpAndExpectClean();
}

TEST_F(WebhookPlayTest, ARedirectStopsIt) {
  Begin("<Play loop='0'>tone:ring</Play>");
  ASSERT_TRUE(UntilPlayed());
  ASSERT_TRUE(world_->control->app().Redirect(caller_, *twiml::Parse("<Response><Dial>7</Dial></Response>")));
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_TRUE(Caller().playback_id.empty());
  HangUpAndExpectClean();
}

TEST_F(WebhookPlayTest, WhatEndsWhileAsteriskIsNotHeardOfKeepsNobodyWaiting) {
  Begin("<Play>sound:beep</Play>");
  ASSERT_TRUE(UntilPlayed());
  world_->control->Disconnect();
  world_->RunFor(seconds(2));
  ASSERT_TRUE(world_->control->Connect());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  HangUpAndExpectClean();
}

TEST_F(WebhookPlayTest, AToneOfAControlThatDiedIsStopped) {
  Begin("<Play loop='0'>tone:ring</Play>");
  ASSERT_TRUE(UntilPlayed());
  world_->Kill();
  world_->Start();
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_TRUE(Caller().playback_id.empty());
  HangUpAndExpectClean();
}

// The end of the one that it stops is reported late, and is not that of its own.
TEST_F(WebhookPlayTest, AToneOfTheNextControlIsHeardToItsEnd) {
  asterisk_options_.order = fakes::Order::kDrawn;
  asterisk_options_.max_event_delay = milliseconds(500);
  for (asterisk_options_.seed = 1; asterisk_options_.seed <= 10; ++asterisk_options_.seed) {
    const std::string tone = "<Play>tone:ring</Play>" + StreamTo(kUrl);
    replies_.clear();
    Answers({tone, tone});
    WebhookTest::Begin(WebhookCall(), /*answered=*/false);
    ASSERT_TRUE(UntilPlayed());
    world_->Kill();
    world_->Start();
    ASSERT_TRUE(world_->Until([this] { return Played() == 1; }));
    world_->RunFor(seconds(4));
    EXPECT_FALSE(Caller().playback_id.empty());
    EXPECT_TRUE(Dialled().empty()) << "one after the other";
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
    EXPECT_TRUE(Caller().playback_id.empty());
    HangUpAndExpectClean();
  }
}

}  // namespace
}  // namespace benari::control
