// A caller and its bot: how they come together, and what follows, over a modelled Asterisk, media and bots.
#include "control/flow/bot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/record/call_sid.h"
#include "tests/control/flow/bot_fixture.h"

namespace benari::control {
namespace {

using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST_F(BotTest, ClosesAndTheCallerIsHungUp) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(5));
  Begin(BotCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ASSERT_THAT(Dialled(), SizeIs(1));
  EXPECT_EQ(Dialled()[0].url, kUrl);
  EXPECT_EQ(Dialled()[0].call_sid, CallSid("benari", caller_));
  EXPECT_THAT(Dialled()[0].parameters,
              UnorderedElementsAre(Pair("from_number", "phone"), Pair("to_number", "3308487")));
  EXPECT_TRUE(Dialled()[0].waiting.has_value());
  ExpectClean();
  EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
  EXPECT_EQ(world_->asterisk.EndOf(caller_)->cause, 16);
  EXPECT_EQ(Result(BotResult::kClosed), 1);
  EXPECT_EQ(world_->control->Metric("benari_control_bot_ready_duration_seconds"), 1);
}

TEST_F(BotTest, ClosesAndTheCallerHearsRingingUntilTheDestinationAnswers) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(1));
  CallConfig config = BotCall();
  config.bot.on_close = AfterBot::kTransfer;
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kDialing));
  world_->RunFor(seconds(1));
  EXPECT_TRUE(Caller().hears_ringing);
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_FALSE(Caller().hears_ringing);
  EXPECT_EQ(world_->media.Leftovers(), "");
  HangUpAndExpectClean();
  EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
}

TEST_F(BotTest, ARingingThatCannotBeStoppedAtOnceDoesNotGoOnOverTheTalk) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(1));
  CallConfig config = BotCall();
  config.bot.on_close = AfterBot::kTransfer;
  Begin(config);
  for (int nth = 1; nth <= 2; ++nth)
    world_->control->faults().Add("ari.StopRinging", nth, {fakes::FaultKind::kErrorBefore});
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_TRUE(world_->Until([this] { return !Caller().hears_ringing; }));
  HangUpAndExpectClean();
  EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
}

TEST_F(BotTest, ClosesAndTheCallerGoesOnInTheDialPlan) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(1));
  CallConfig config = BotCall();
  config.bot.on_close = AfterBot::kContinue;
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ExpectClean();
  EXPECT_EQ(world_->Ended(CallOutcome::kContinued), 1);
  const auto end = world_->asterisk.EndOf(caller_);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->continued_at, ",");
  EXPECT_THAT(end->variables, UnorderedElementsAre(Pair("BENARI_BOT_RESULT", "closed")));
}

TEST_F(BotTest, CannotBeReachedAndTheFallbackAnswers) {
  scripts_[kUrl] = BotScript::Never();
  CallConfig config = BotCall();
  config.bot.fallback_url = kFallback;
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kBotConnecting));
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ASSERT_THAT(Dialled(), SizeIs(2));
  EXPECT_EQ(Dialled()[1].url, kFallback);
  EXPECT_EQ(Dialled()[1].call_sid, Dialled()[0].call_sid);
  EXPECT_TRUE(Warned("bot failed"));
  EXPECT_TRUE(Warned("bot not heard for two seconds"));
  EXPECT_EQ(world_->control->Metric("benari_control_bot_late_total"), 1);
  EXPECT_EQ(world_->control->Metric("benari_control_media_replaced_total"), 0) << "none was lost";
  HangUpAndExpectClean();
  EXPECT_EQ(Result(BotResult::kHungUp), 1);
  EXPECT_EQ(world_->Ended(CallOutcome::kCallerHungUp), 1);
}

struct Failure {
  BotScript script;
  BotResult result;
};

// With each way to fail, and each that may follow.
TEST_F(BotTest, FailsForGoodAndWhatFollowsIsConfigured) {
  const Failure failures[] = {{BotScript::Never(), BotResult::kUnreachable},
                              {BotScript::Refused(), BotResult::kRefused},
                              {BotScript::DiesAfter(seconds(2)), BotResult::kLost}};
  for (const Failure& failure : failures) {
    for (const AfterBot next : {AfterBot::kTransfer, AfterBot::kHangUp, AfterBot::kContinue}) {
      SCOPED_TRACE(std::string(ToString(failure.result)) + " " + std::to_string(static_cast<int>(next)));
      scripts_[kUrl] = scripts_[kFallback] = failure.script;
      CallConfig config = BotCall();
      config.bot.fallback_url = kFallback;
      config.bot.on_failure = next;
      Begin(config);
      if (next == AfterBot::kTransfer) {
        ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
        EXPECT_FALSE(Caller().hears_ringing);
        world_->asterisk.CallerHangsUp(caller_);
      }
      ExpectClean();
      EXPECT_THAT(Dialled(), SizeIs(2));
      EXPECT_EQ(Result(failure.result), 1);
      const auto end = world_->asterisk.EndOf(caller_);
      ASSERT_TRUE(end.has_value());
      if (next == AfterBot::kHangUp) {
        EXPECT_EQ(world_->Ended(CallOutcome::kBotFailed), 1);
        EXPECT_EQ(end->cause, 34);
      }
      if (next == AfterBot::kContinue) {
        EXPECT_EQ(world_->Ended(CallOutcome::kContinued), 1);
        EXPECT_THAT(end->variables,
                    UnorderedElementsAre(Pair("BENARI_BOT_RESULT", ToString(failure.result))));
      }
    }
  }
}

TEST_F(BotTest, WithoutAUrlCountsAsRefused) {
  CallConfig config = BotCall();
  config.bot.url.clear();
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_TRUE(Warned("there is no bot to talk to"));
  EXPECT_EQ(Result(BotResult::kRefused), 1);
  HangUpAndExpectClean();
}

TEST_F(BotTest, ThatMediaDoesNotAcceptFailsLikeAnyOther) {
  CallConfig config = BotCall();
  config.bot.fallback_url = kFallback;
  world_ = std::make_unique<ControlWorld>(config);
  world_->Start();
  for (int nth = 1; nth <= 3; ++nth)
    world_->control->faults().Add("media.StartSession", nth, {fakes::FaultKind::kErrorBefore});
  caller_ = world_->Caller();
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ASSERT_THAT(Dialled(), SizeIs(1));
  EXPECT_EQ(Dialled()[0].url, kFallback);
  HangUpAndExpectClean();
}

// --bot_allow does not name its address: PERMISSION_DENIED.
TEST_F(BotTest, ThatMediaMayNotDialFailsLikeAnyOther) {
  world_ = std::make_unique<ControlWorld>(BotCall());
  world_->Start();
  for (int nth = 1; nth <= 3; ++nth)
    world_->control->faults().Add("media.StartSession", nth, {fakes::FaultKind::kErrorBefore, 403});
  world_->asterisk.SetDestination("42", Destination::Answers());
  caller_ = world_->Caller();
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected)) << "bot_on_failure";
  EXPECT_EQ(Result(BotResult::kRefused), 1);
  HangUpAndExpectClean();
}

TEST_F(BotTest, IsLostAndReachedAgain) {
  scripts_[kUrl] = BotScript::DiesAfter(seconds(2), seconds(3));
  Begin(BotCall());
  ASSERT_TRUE(
      world_->Until([this] { return world_->control->Metric("benari_control_bot_lost_total") == 1; }));
  world_->RunFor(milliseconds(1500));
  EXPECT_EQ(world_->control->Metric("benari_control_bot_late_total"), 0);
  world_->RunFor(seconds(2));
  EXPECT_EQ(world_->control->Metric("benari_control_bot_late_total"), 1);
  EXPECT_TRUE(Warned("bot lost"));
  EXPECT_EQ(BotOf(1)->info().phase, BotPhase::kReady);
  EXPECT_THAT(Dialled(), SizeIs(1)) << "media dials again by itself";
  world_->RunFor(seconds(60));
  EXPECT_EQ(world_->control->app().table().Find(caller_)->phase(), CallPhase::kBot);
  HangUpAndExpectClean();
}

TEST_F(BotTest, NobodySpeaksForTooLong) {
  scripts_[kUrl] = BotScript::Silent();
  CallConfig config = BotCall();
  config.bot.idle_timeout = seconds(20);
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ExpectClean();
  EXPECT_EQ(Result(BotResult::kIdle), 1);
  EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
}

TEST_F(BotTest, TheLongestTimeIsOver) {
  CallConfig config = BotCall();
  config.bot.max_time = seconds(20);
  config.bot.on_close = AfterBot::kTransfer;
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  const Clock::Time began = world_->timers.Now();
  ASSERT_TRUE(UntilPhase(CallPhase::kDialing));
  EXPECT_NEAR(std::chrono::duration<double>(world_->timers.Now() - began).count(), 20, 0.2);
  EXPECT_EQ(world_->media.Leftovers(), "") << "the bot is not needed any more";
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_EQ(Result(BotResult::kTimeout), 1);
  HangUpAndExpectClean();
}

// Its destination hangs up while no control is there: the next one dials that again, and not the bot.
TEST_F(BotTest, IsNotDialledOnceTheLongestTimeIsOver) {
  scripts_[kUrl] = BotScript::ClosesAfter(seconds(1));
  CallConfig config = BotCall();
  config.bot.max_time = seconds(10);
  config.bot.on_close = AfterBot::kTransfer;
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  world_->RunFor(seconds(10));
  world_->Kill();
  world_->asterisk.DestinationHangsUp("benari." + caller_ + ".destination");
  world_->RunFor(seconds(1));
  world_->Start();
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_THAT(Dialled(), SizeIs(1));
  HangUpAndExpectClean();
}

TEST_F(BotTest, AnotherNodeDialsItWhenItsNodeDies) {
  Begin(BotCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  const Clock::Time died = world_->timers.Now();
  world_->media.Kill(world_->control->app().table().Find(caller_)->media().node());
  ASSERT_TRUE(world_->Until([this] { return BotOf(2) != nullptr; }));
  EXPECT_LT(world_->timers.Now() - died, seconds(2));
  ASSERT_THAT(Dialled(), SizeIs(2));
  EXPECT_EQ(Dialled()[1], Dialled()[0]);
  HangUpAndExpectClean();
}

TEST_F(BotTest, NoticesNothingOfAnotherControl) {
  Begin(BotCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->Kill();
  world_->RunFor(seconds(2));
  world_->Start();
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->RunFor(seconds(5));
  EXPECT_THAT(Dialled(), SizeIs(1));
  EXPECT_EQ(BotOf(1)->info().phase, BotPhase::kReady);
  world_->asterisk.Press(caller_, "5");
  world_->RunFor(seconds(1));
  EXPECT_EQ(BotOf(1)->digits(), "5");
  EXPECT_EQ(world_->control->Metric("benari_control_bot_ready_duration_seconds"), 0) << "it was before";
  BotOf(1)->Close();
  ExpectClean();
  EXPECT_EQ(Result(BotResult::kClosed), 1);
}

TEST_F(BotTest, ClosesWhileNoControlIsThere) {
  for (const AfterBot next : {AfterBot::kHangUp, AfterBot::kTransfer}) {
    CallConfig config = BotCall();
    config.bot.on_close = next;
    Begin(config);
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
    world_->Kill();
    BotOf(1)->Close();
    world_->RunFor(seconds(2));
    world_->Start();
    if (next == AfterBot::kTransfer) {
      ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
      world_->asterisk.CallerHangsUp(caller_);
    }
    ExpectClean();
    EXPECT_THAT(Dialled(), SizeIs(1)) << "the caller is not greeted again";
    EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
  }
}

// A control dies at any moment from the end of the bot to the talk with the destination.
TEST_F(BotTest, IsNotDialledAgainWhileItsCallerIsTransferred) {
  for (int ms = 0; ms < 3500; ms = ms < 40 ? ms + 2 : ms + 311) {
    SCOPED_TRACE(ms);
    scripts_[kUrl] = BotScript::ClosesAfter(seconds(1));
    CallConfig config = BotCall();
    config.bot.on_close = AfterBot::kTransfer;
    Begin(config);
    ASSERT_TRUE(world_->Until(
        [this] { return BotOf(1) != nullptr && BotOf(1)->info().phase == BotPhase::kFinished; }));
    world_->RunFor(milliseconds(ms));
    world_->Kill();
    world_->RunFor(milliseconds(500));
    world_->Start();
    ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
    EXPECT_FALSE(Caller().hears_ringing);
    EXPECT_THAT(Dialled(), SizeIs(1));
    HangUpAndExpectClean();
  }
}

TEST_F(BotTest, TheDialPlanChoosesFlowAndBot) {
  world_ = std::make_unique<ControlWorld>();
  world_->Start();
  fakes::CallerArgs args;
  args.args = {"inbound",
               "flow=bot",
               "bot_url=ws://bots/{called}?from={caller}",
               "bot_parameters=a=1&b={called}",
               "bot_parameter=c=x&y",
               "format=alaw"};
  args.caller_number = "+49 30";
  caller_ = world_->asterisk.CallerArrives(args);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ASSERT_THAT(Dialled(), SizeIs(1));
  EXPECT_EQ(Dialled()[0].url, "ws://bots/3308487?from=%2B49%2030");
  EXPECT_THAT(Dialled()[0].parameters,
              UnorderedElementsAre(Pair("a", "1"), Pair("b", "3308487"), Pair("c", "x&y"),
                                   Pair("from_number", "+49 30"), Pair("to_number", "3308487")));
  HangUpAndExpectClean();
}

}  // namespace
}  // namespace benari::control
