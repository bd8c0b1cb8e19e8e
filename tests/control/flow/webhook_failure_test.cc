// A webhook, its bots or control fail while a caller is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/control/flow/webhook_fixture.h"

namespace benari::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(WebhookTest, ThatFailsIsFollowedByWhatIsConfigured) {
  for (const AfterBot next : {AfterBot::kTransfer, AfterBot::kHangUp, AfterBot::kContinue}) {
    SCOPED_TRACE(static_cast<int>(next));
    CallConfig config = WebhookCall();
    config.bot.on_failure = next;
    Begin(config);
    if (next == AfterBot::kTransfer) {
      ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
      world_->asterisk.CallerHangsUp(caller_);
    }
    ExpectClean();
    EXPECT_EQ(world_->control->Metric("benari_control_webhook_duration_seconds", "failed"), 1);
    if (next == AfterBot::kHangUp) {
      EXPECT_EQ(world_->Ended(CallOutcome::kBotFailed), 1);
    }
    if (next == AfterBot::kContinue) {
      EXPECT_EQ(world_->Ended(CallOutcome::kContinued), 1);
      EXPECT_EQ(world_->asterisk.EndOf(caller_)->variables.at("BENARI_BOT_RESULT"), "unreachable");
    }
  }
}

TEST_F(WebhookTest, ThatFailsHasAFallback) {
  replies_["http://other/voice"] = {{StreamTo(kUrl)}};
  CallConfig config = WebhookCall();
  config.webhook.fallback_url = "http://other/voice";
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_TRUE(Warned("webhook failed, the fallback answered"));
  HangUpAndExpectClean();
}

TEST_F(WebhookTest, WithoutAUrlCountsAsFailed) {
  CallConfig config = WebhookCall();
  config.webhook.url.clear();
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_TRUE(Warned("there is no webhook to ask"));
  HangUpAndExpectClean();
}

TEST_F(WebhookTest, WhoseLastBotFailsIsFollowedByWhatIsConfigured) {
  scripts_[kUrl] = BotScript::Never();
  Answers({StreamTo(kUrl)});
  Begin(WebhookCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_TRUE(Warned("bot failed"));
  EXPECT_EQ(Result(BotResult::kUnreachable), 1);
  HangUpAndExpectClean();
}

TEST_F(WebhookTest, ThatRedirectsToItselfForEverIsNotAskedAnyMore) {
  Answers({"<Redirect/>"});
  Begin(WebhookCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_THAT(world_->webhooks.asked, SizeIs(20));
  EXPECT_TRUE(Warned("webhook redirects without end"));
  HangUpAndExpectClean();
}

TEST_F(WebhookTest, ThatPausesInBetweenMayRedirectAsLongAsItLikes) {
  Answers({"<Pause length='1'/><Redirect/>"});
  Begin(WebhookCall());
  ASSERT_TRUE(UntilAsked(50));
  HangUpAndExpectClean();
}

TEST_F(WebhookTest, ThatNobodyWaitsForAnyMore) {
  replies_[kWebhook] = {{StreamTo(kUrl), false, seconds(30)}};
  Begin(WebhookCall());
  ASSERT_TRUE(UntilAsked(1));
  world_->RunFor(seconds(1));
  const Clock::Time hung_up = world_->timers.Now();
  world_->asterisk.CallerHangsUp(caller_);
  ASSERT_TRUE(world_->UntilNoCalls());
  EXPECT_LT(world_->timers.Now() - hung_up, seconds(1));
  world_->RunFor(seconds(60));
  ExpectClean();
  EXPECT_THAT(Dialled(), IsEmpty());
}

TEST_F(WebhookTest, WhatIsNotUnderstoodIsLoggedAndTheNextVerbRuns) {
  Answers({"<Gather/><Say>Hello</Say>" + StreamTo(kUrl)});
  Begin(WebhookCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_TRUE(Warned("TwiML not understood"));
  EXPECT_TRUE(Warned("verb of the webhook not done"));
  HangUpAndExpectClean();
}

TEST_F(WebhookTest, NumbersThatMustNotBeDialledAreFailedDials) {
  const struct {
    const char* dial;
    const char* endpoint;
  } kTable[] = {{"<Dial action='/done'>42</Dial>", ""},
                {"<Dial action='/done'>joe</Dial>", "Local/{number}@default/n"},
                {"<Dial action='/done'>3308487</Dial>", "Local/{number}@default/n"},
                {"<Dial action='/done'>330-8487</Dial>", "Local/{number}@default/n"},
                {"<Dial action='/done'><Sip>sip:42@example.com</Sip></Dial>", "Local/{number}@default/n"},
                {"<Dial action='/done'><Sip>42</Sip></Dial>", "Local/{number}@default/n"}};
  for (const auto& row : kTable) {
    SCOPED_TRACE(row.dial);
    replies_.clear();
    Answers({row.dial});
    replies_["http://bots/done"] = {{"<Hangup/>"}};
    CallConfig config = WebhookCall();
    config.webhook.dial_out_endpoint = row.endpoint;
    Begin(config);
    ASSERT_TRUE(UntilAsked(2));
    EXPECT_EQ(Asked(2, "DialCallStatus"), "failed");
    EXPECT_TRUE(Warned("verb of the webhook not done"));
    ExpectClean();
  }
}

// Of the verbs that a dead control knew nothing is left.
TEST_F(WebhookTest, AStreamGoesOnWithAnotherControlAndTheWebhookIsAskedAgain) {
  Answers({StreamTo(kUrl), "<Pause length='3'/><Hangup/>"});
  Begin(WebhookCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->Kill();
  world_->RunFor(seconds(2));
  world_->Start();
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->RunFor(seconds(5));
  EXPECT_THAT(Dialled(), SizeIs(1));
  EXPECT_THAT(world_->webhooks.asked, SizeIs(1));
  BotOf(1)->Close();
  ASSERT_TRUE(UntilAsked(2));
  EXPECT_EQ(Asked(2, "CallStatus"), "in-progress");
  ExpectClean();
  EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
}

TEST_F(WebhookTest, TheLongestTimeOfAnAdoptedStreamIsNotThatOfItsCall) {
  Answers({"<Dial>42</Dial>" + StreamTo(kUrl), "<Hangup/>"});
  CallConfig config = WebhookCall();
  config.bot.max_time = seconds(10);
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  world_->RunFor(seconds(20));
  world_->asterisk.DestinationHangsUp("benari." + caller_ + ".destination");
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->Kill();
  world_->Start();
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->RunFor(seconds(5));
  EXPECT_NE(BotOf(1), nullptr);
  EXPECT_THAT(world_->webhooks.asked, SizeIs(1));
  ExpectClean();
}

TEST_F(WebhookTest, AnAdoptedStreamWhoseNodeDiesIsOverAndTheWebhookIsAsked) {
  Answers({StreamTo(kUrl), StreamTo(kFallback)});
  Begin(WebhookCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->Kill();
  world_->Start();
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->media.Kill(world_->control->app().table().Find(caller_)->media().node());
  ASSERT_TRUE(UntilAsked(2));
  ASSERT_TRUE(world_->Until([this] { return Dialled().size() == 2; }));
  EXPECT_EQ(Dialled()[1].url, kFallback);
  HangUpAndExpectClean();
}

TEST_F(WebhookTest, AnAdoptedStreamWhoseSessionIsGoneHasNoChannelWhileTheWebhookIsAsked) {
  Answers({StreamTo(kUrl), "<Hangup/>"});
  Begin(WebhookCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->Kill();
  world_->RunFor(seconds(60));  // its lease expires
  world_->Start();
  ASSERT_TRUE(UntilAsked(2));
  EXPECT_THAT(world_->asterisk.channels(), SizeIs(1)) << "the caller is alone";
  ExpectClean();
}

TEST_F(WebhookTest, AConversationGoesOnWithAnotherControlAndTheWebhookIsAskedAgain) {
  Answers({"<Dial>42</Dial>", StreamTo(kUrl)});
  Begin(WebhookCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  world_->Kill();
  world_->RunFor(seconds(1));
  world_->Start();
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_THAT(world_->webhooks.asked, SizeIs(1));
  world_->asterisk.DestinationHangsUp("benari." + caller_ + ".destination");
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_EQ(Asked(2, "DialCallStatus"), "completed");
  HangUpAndExpectClean();
}

// At any moment of a call with a bot, a pause and a destination.
class WebhookMomentTest : public WebhookTest {
 protected:
  void AtEachMoment(const std::function<void()>& happens) {
    for (int ms = 0; ms < 9000; ms = ms < 60 ? ms + 3 : ms + 397) {
      SCOPED_TRACE(ms);
      scripts_[kUrl] = BotScript::ClosesAfter(seconds(2));
      replies_.clear();
      Answers({StreamTo(kUrl) + "<Pause length='1'/><Dial>42</Dial>"});
      Begin(WebhookCall());
      world_->RunFor(milliseconds(ms));
      happens();
      HangUpAndExpectClean();
    }
  }
};

TEST_F(WebhookMomentTest, AControlDiesAndAnotherOneConnectsTheCaller) {
  AtEachMoment([this] {
    world_->Kill();
    world_->RunFor(milliseconds(500));
    world_->Start();
    ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
    EXPECT_FALSE(Caller().hears_ringing);
  });
}

TEST_F(WebhookMomentTest, TheCallerHangsUp) {
  AtEachMoment([] {});
}

}  // namespace
}  // namespace benari::control
