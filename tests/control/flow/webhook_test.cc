// What a webhook answers, and what becomes of its caller, over a modelled Asterisk, media, bots and webhook.
#include "control/flow/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/record/call_sid.h"
#include "tests/control/flow/webhook_fixture.h"

namespace benari::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST_F(WebhookTest, AStreamJoinsTheCallerWithTheBotThatItNames) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(5));
  Answers(
      {"<Connect><Stream url='ws://bots:8765/first'><Parameter name='token' "
       "value='{caller}'/></Stream></Connect>"});
  Begin(WebhookCall(), /*answered=*/false);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_THAT(world_->webhooks.asked, SizeIs(1));
  EXPECT_EQ(Asked(1, "CallSid"), CallSid("benari", caller_));
  EXPECT_EQ(Asked(1, "From"), "phone");
  EXPECT_EQ(Asked(1, "To"), "3308487");
  EXPECT_EQ(Asked(1, "CallStatus"), "ringing");
  ASSERT_THAT(Dialled(), SizeIs(1));
  EXPECT_EQ(Dialled()[0].call_sid, CallSid("benari", caller_));
  EXPECT_THAT(Dialled()[0].parameters,
              UnorderedElementsAre(Pair("token", "{caller}"), Pair("from_number", "phone"),
                                   Pair("to_number", "3308487")));
  ExpectClean();
  EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
  EXPECT_EQ(Result(BotResult::kClosed), 1);
  EXPECT_THAT(world_->webhooks.notified, IsEmpty());
  EXPECT_EQ(world_->control->Metric("benari_control_webhook_duration_seconds", "ok"), 1);
}

TEST_F(WebhookTest, AStreamReportsHowItFares) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(5));
  scripts_[kFallback] = BotScript::Never();
  const std::string status = " name='desk' statusCallback='/status?x=1'";
  Answers({StreamTo(kUrl, status) + StreamTo(kFallback, status) + "<Hangup/>"});
  Begin(WebhookCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_THAT(Events(), ElementsAre("stream-started"));
  ExpectClean();
  EXPECT_THAT(Events(), ElementsAre("stream-started", "stream-stopped", "stream-error"));
  const auto& first = world_->webhooks.notified[0];
  EXPECT_EQ(first.url, "http://bots/status?x=1");
  EXPECT_EQ(FakeWebhookServer::FieldOf(first, "CallSid"), CallSid("benari", caller_));
  EXPECT_EQ(FakeWebhookServer::FieldOf(first, "StreamName"), "desk");
  EXPECT_NE(FakeWebhookServer::FieldOf(first, "StreamSid"), "");
  EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1) << "a verb followed";
}

TEST_F(WebhookTest, AStreamOfACallerWhoHangsUpHasStopped) {
  Answers({StreamTo(kUrl, " statusCallback='http://bots/status'")});
  Begin(WebhookCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  HangUpAndExpectClean();
  EXPECT_THAT(Events(), ElementsAre("stream-started", "stream-stopped"));
  EXPECT_EQ(Result(BotResult::kHungUp), 1);
}

TEST_F(WebhookTest, TheSameBotAgainGetsAStreamOfItsOwn) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(2));
  Answers({StreamTo(kUrl) + "<Redirect>again?n=2</Redirect>"});
  replies_["http://bots/app/again?n=2"] = {{StreamTo(kUrl)}};
  Begin(WebhookCall());
  ASSERT_TRUE(UntilAsked(2));
  EXPECT_EQ(Asked(2, "CallStatus"), "in-progress");
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ExpectClean();
  EXPECT_THAT(Dialled(), SizeIs(2));
  EXPECT_EQ(Result(BotResult::kClosed), 2);
}

TEST_F(WebhookTest, EachStreamHasALongestTimeOfItsOwn) {
  Answers({StreamTo(kUrl) + StreamTo(kFallback)});
  CallConfig config = WebhookCall();
  config.bot.max_time = seconds(10);
  Begin(config);
  ASSERT_TRUE(world_->Until([this] { return Dialled().size() == 2; }));
  EXPECT_EQ(Dialled()[1].url, kFallback);
  world_->RunFor(seconds(9));
  EXPECT_TRUE(UntilPhase(CallPhase::kBot)) << "its time is not over";
  ExpectClean();
  EXPECT_EQ(Result(BotResult::kTimeout), 2);
}

TEST_F(WebhookTest, TheActionOfAStreamIsAskedInThePlaceOfTheNextVerb) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(2));
  Answers(
      {"<Connect action='../after' method='GET'><Stream url='ws://bots:8765/first'/></Connect><Reject/>"});
  replies_["http://bots/after"] = {{"<Hangup/>"}};
  Begin(WebhookCall());
  ExpectClean();
  ASSERT_THAT(world_->webhooks.asked, SizeIs(2));
  EXPECT_EQ(world_->webhooks.asked[1].url, "http://bots/after");
  EXPECT_EQ(world_->webhooks.asked[1].method, twiml::Method::kGet);
  EXPECT_NE(Asked(2, "StreamSid"), "");
  EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
}

TEST_F(WebhookTest, ADialConnectsTheCallerAndTheNextVerbFollows) {
  Answers({"<Dial callerId='+49 30' timeout='20'><Number>4 2</Number></Dial>" + StreamTo(kUrl)});
  Begin(WebhookCall(), /*answered=*/false);
  ASSERT_TRUE(UntilPhase(CallPhase::kDialing));
  world_->RunFor(seconds(1));
  EXPECT_TRUE(Caller().hears_ringing);
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_FALSE(Caller().hears_ringing);
  world_->RunFor(seconds(10));
  world_->asterisk.DestinationHangsUp("benari." + caller_ + ".destination");
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->RunFor(seconds(10));
  EXPECT_EQ(BotOf(1)->info().phase, BotPhase::kReady);
  HangUpAndExpectClean();
}

TEST_F(WebhookTest, TheActionOfADialIsToldHowItEnded) {
  const struct {
    Destination destination;
    const char* status;
  } kTable[] = {{Destination::Busy(), "busy"},
                {Destination::Rings(), "no-answer"},
                {Destination::Unknown(), "failed"},
                {Destination::Unroutable(), "failed"},
                {Destination::HangsUp(seconds(12), seconds(3)), "completed"}};
  for (const auto& row : kTable) {
    SCOPED_TRACE(row.status);
    replies_.clear();
    Answers({"<Dial action='/dialled' timeout='10'>7</Dial><Hangup/>"});
    replies_["http://bots/dialled"] = {{StreamTo(kUrl)}};
    destination_ = row.destination;
    Begin(WebhookCall());
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
    EXPECT_FALSE(Caller().hears_ringing);
    EXPECT_EQ(Asked(2, "DialCallStatus"), row.status);
    EXPECT_EQ(Asked(2, "DialCallDuration"), row.status == std::string("completed") ? "12" : "");
    EXPECT_THAT(Asked(2, "DialCallSid"), SizeIs(34));
    HangUpAndExpectClean();
  }
}

TEST_F(WebhookTest, WithoutAnotherVerbTheCallerIsToldWhyNobodyWasReached) {
  destination_ = Destination::Busy();
  Answers({"<Dial>7</Dial>"});
  Begin(WebhookCall(), /*answered=*/false);
  ExpectClean();
  EXPECT_EQ(world_->asterisk.EndOf(caller_)->cause, 17);
  EXPECT_EQ(world_->Ended(CallOutcome::kDestinationBusy), 1);
}

TEST_F(WebhookTest, TwoDialsInARowHaveAChannelEach) {
  destination_ = Destination::HangsUp(seconds(5));
  Answers({"<Dial>7</Dial><Dial>42</Dial>"});
  Begin(WebhookCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  ASSERT_TRUE(UntilPhase(CallPhase::kDialing));
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  HangUpAndExpectClean();
}

TEST_F(WebhookTest, HangsUpPausesAndRejects) {
  const struct {
    const char* document;
    int cause;
    CallOutcome outcome;
    int seconds;
  } kTable[] = {{"<Hangup/>", 16, CallOutcome::kCompleted, 0},
                {"", 16, CallOutcome::kCompleted, 0},
                {"<Pause length='7'/><Hangup/><Pause/>", 16, CallOutcome::kCompleted, 7},
                {"<Pause length='0'/>", 16, CallOutcome::kCompleted, 0},
                {"<Reject/>", 21, CallOutcome::kRejected, 0},
                {"<Reject reason='busy'/>", 17, CallOutcome::kRejected, 0}};
  for (const auto& row : kTable) {
    SCOPED_TRACE(row.document);
    replies_.clear();
    Answers({row.document});
    Begin(WebhookCall(), /*answered=*/false);
    const Clock::Time began = world_->timers.Now();
    ASSERT_TRUE(world_->Until([this] { return world_->asterisk.EndOf(caller_).has_value(); }));
    EXPECT_NEAR(std::chrono::duration<double>(world_->timers.Now() - began).count(), row.seconds, 0.5);
    ExpectClean();
    EXPECT_EQ(world_->asterisk.EndOf(caller_)->cause, row.cause);
    EXPECT_EQ(world_->Ended(row.outcome), 1);
    EXPECT_THAT(Dialled(), IsEmpty());
  }
}

TEST_F(WebhookTest, TheDialPlanChoosesTheWebhook) {
  world_ = std::make_unique<ControlWorld>();
  world_->webhooks.Set("http://other/voice", {{StreamTo(kUrl)}});
  world_->Start();
  fakes::CallerArgs args;
  args.args = {"inbound", "flow=webhook", "webhook_url=http://other/voice", "webhook_method=GET"};
  caller_ = world_->asterisk.CallerArrives(args);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  EXPECT_EQ(world_->webhooks.asked.at(0).method, twiml::Method::kGet);
  HangUpAndExpectClean();
}

}  // namespace
}  // namespace benari::control
