// A call is hung up over the API: in every phase, beside everything else that may end it, and after a kill.
#include <gtest/gtest.h>

#include "control/record/call_sid.h"
#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::BotScript;
using fakes::Destination;
using std::chrono::seconds;

constexpr char kBotUrl[] = "ws://bot";

class HangUpTest : public ::testing::Test {
 protected:
  void Begin(CallConfig config = {}) {
    world = std::make_unique<ControlWorld>(config);
    world->asterisk.SetDestination("", Destination::Answers(seconds(2)));
    world->media.SetBot(kBotUrl, BotScript());
    world->Start();
    caller = world->Caller();
  }
  static CallConfig BotCall() {
    CallConfig config;
    config.flow = FlowKind::kBot;
    config.bot.url = kBotUrl;
    return config;
  }
  void ExpectHungUp() {
    EXPECT_TRUE(world->UntilNoCalls());
    world->RunFor(seconds(5));
    EXPECT_EQ(world->Leftovers(), "");
    EXPECT_EQ(world->Ended(CallOutcome::kCompleted), 1);
    EXPECT_EQ(world->asterisk.EndOf(caller)->cause, 16);
    EXPECT_EQ(world->control->history().Find(caller)->end->why, "hung up over the API");
    EXPECT_EQ(world->control->Metric("benari_control_undo_failures_total"), 0);
    EXPECT_EQ(world->control->Metric("benari_control_swept_total"), 0);
  }
  bool HangUp() { return world->control->app().HangUp(caller); }

  std::unique_ptr<ControlWorld> world;
  std::string caller;
};

TEST_F(HangUpTest, InEveryPhaseOfAnEcho) {
  for (const CallPhase phase :
       {CallPhase::kSetup, CallPhase::kEcho, CallPhase::kDialing, CallPhase::kConnected}) {
    SCOPED_TRACE(ToString(phase));
    Begin();
    ASSERT_TRUE(world->UntilPhase(caller, phase));
    EXPECT_TRUE(HangUp());
    ExpectHungUp();
  }
}

CallConfig DrainingBotCall() {
  CallConfig config;
  config.flow = FlowKind::kBot;
  config.bot.url = kBotUrl;
  config.bot.drain_on_hangup = true;
  config.bot.on_close = AfterBot::kTransfer;
  return config;
}

TEST_F(HangUpTest, WhatTheBotHasSaidIsPlayedOutIfSoSet) {
  Begin(DrainingBotCall());
  world->media.SetBot(kBotUrl, BotScript::Speaks(seconds(3)));
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kBot));
  EXPECT_TRUE(HangUp());
  world->RunFor(seconds(1));
  EXPECT_TRUE(HangUp()) << "asked again, as by a client that got no answer";
  EXPECT_FALSE(world->control->app().Redirect(caller, twiml::Document()));
  world->RunFor(std::chrono::milliseconds(1900));
  EXPECT_FALSE(world->asterisk.EndOf(caller).has_value());
  ExpectHungUp();
  EXPECT_EQ(world->control->Metric("benari_control_bot_calls_ended_total", "hung_up"), 1);
}

// A control that is started meanwhile is asked as well.
TEST_F(HangUpTest, WhatABotThatLeavesHasSaidIsPlayedOutToo) {
  for (const bool adopted : {false, true}) {
    SCOPED_TRACE(adopted);
    Begin(DrainingBotCall());
    world->media.SetBot(kBotUrl, BotScript::Speaks(seconds(4)));
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kBot));
    EXPECT_TRUE(world->media.BotOf("benari." + caller + ".media1")->TakeLeave());
    if (adopted) world->Kill();
    if (adopted) world->Start();
    world->RunFor(seconds(1));
    EXPECT_TRUE(HangUp());
    world->RunFor(seconds(2));
    EXPECT_FALSE(world->asterisk.EndOf(caller).has_value());
    ExpectHungUp();
  }
}

TEST_F(HangUpTest, IsNotPutOffBeyondTheTimeOfTheBot) {
  for (const AfterBot next : {AfterBot::kTransfer, AfterBot::kContinue}) {
    CallConfig config = DrainingBotCall();
    config.bot.max_time = seconds(4);
    config.bot.drain = seconds(60);
    config.bot.on_close = next;
    Begin(config);
    world->media.SetBot(kBotUrl, BotScript::Speaks(seconds(60)));
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kBot));
    world->RunFor(seconds(2));
    EXPECT_TRUE(HangUp());
    ExpectHungUp();
    EXPECT_EQ(world->asterisk.EndOf(caller)->continued_at, "");
    EXPECT_TRUE(world->asterisk.dialled().empty());
  }
}

// Asterisk is away, so neither can be done yet.
TEST_F(HangUpTest, AfterAnAttendedTransferIsNotPutOff) {
  CallConfig config = DrainingBotCall();
  config.transfer = Transfer::kAttended;
  config.webhook.dial_out_endpoint = "Local/{number}@default/n";
  for (const bool taken : {false, true}) {
    Begin(config);
    world->media.SetBot(kBotUrl, BotScript::Speaks(seconds(60)));
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kBot));
    world->control->Disconnect();
    EXPECT_TRUE(world->control->app().Transfer(caller, "42").ok());
    if (taken) world->RunFor(seconds(1));
    EXPECT_TRUE(HangUp());
    world->RunFor(seconds(1));
    ASSERT_TRUE(world->control->Connect());
    ExpectHungUp();
    EXPECT_TRUE(world->asterisk.dialled().empty());
  }
}

TEST_F(HangUpTest, IsNotPutOffWhereNoBotIsHeard) {
  Begin(DrainingBotCall());
  world->media.SetBot(kBotUrl, BotScript::Never());
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kBotConnecting));
  EXPECT_TRUE(HangUp());
  world->RunFor(seconds(1));
  ASSERT_TRUE(world->asterisk.EndOf(caller).has_value());
  ExpectHungUp();
}

// The bot, which has minutes to say, cannot be played out.
TEST_F(HangUpTest, IsNotPutOffByMediaThatIsLost) {
  for (const bool refused : {true, false}) {
    SCOPED_TRACE(refused);
    Begin(DrainingBotCall());
    world->media.SetBot(kBotUrl, BotScript::Speaks(seconds(600)));
    if (refused) world->control->faults().Add("media.CloseBot", 1, {fakes::FaultKind::kErrorBefore});
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kBot));
    EXPECT_TRUE(HangUp());
    for (const char* node : {ControlWorld::kNode1, ControlWorld::kNode2})
      if (!refused) world->media.Kill(node);
    world->RunFor(seconds(5));
    ASSERT_TRUE(world->asterisk.EndOf(caller).has_value());
    ExpectHungUp();
  }
}

TEST_F(HangUpTest, OfTheCallerEndsTheGoodbye) {
  Begin(DrainingBotCall());
  world->media.SetBot(kBotUrl, BotScript::Speaks(seconds(3)));
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kBot));
  EXPECT_TRUE(HangUp());
  world->asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world->UntilNoCalls());
  EXPECT_EQ(world->Ended(CallOutcome::kCallerHungUp), 1);
  EXPECT_EQ(world->Leftovers(), "");
}

TEST_F(HangUpTest, InEveryPhaseOfABot) {
  for (const CallPhase phase : {CallPhase::kSetup, CallPhase::kBotConnecting, CallPhase::kBot}) {
    SCOPED_TRACE(ToString(phase));
    Begin(BotCall());
    ASSERT_TRUE(world->UntilPhase(caller, phase));
    EXPECT_TRUE(HangUp());
    ExpectHungUp();
  }
  EXPECT_EQ(world->control->Metric("benari_control_bot_calls_ended_total", "hung_up"), 1);
}

TEST_F(HangUpTest, OfACallThatIsEndingChangesNothing) {
  Begin();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->asterisk.CallerHangsUp(caller);
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kReleasing));
  HangUp();
  EXPECT_TRUE(world->UntilNoCalls());
  EXPECT_EQ(world->Ended(CallOutcome::kCallerHungUp), 1);
  EXPECT_FALSE(HangUp()) << "it is over";
  EXPECT_FALSE(world->control->app().HangUp("another"));
}

TEST_F(HangUpTest, WhileAsteriskIsAwayItWaitsForIt) {
  Begin();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->control->Disconnect();
  EXPECT_TRUE(HangUp());
  world->RunFor(seconds(1));
  EXPECT_FALSE(world->asterisk.EndOf(caller).has_value());
  ASSERT_TRUE(world->control->Connect());
  EXPECT_TRUE(world->UntilNoCalls());
  world->RunFor(seconds(45));
  EXPECT_EQ(world->Leftovers(), "");
}

TEST_F(HangUpTest, TheNextInstanceKnowsTheCallAndHangsItUp) {
  for (const CallPhase phase : {CallPhase::kEcho, CallPhase::kDialing, CallPhase::kConnected}) {
    SCOPED_TRACE(ToString(phase));
    Begin();
    ASSERT_TRUE(world->UntilPhase(caller, phase));
    world->Kill();
    world->Start();
    ASSERT_TRUE(world->control->app().knows_calls());
    const CallRecord& record = *world->control->history().Find(caller);
    EXPECT_EQ(record.identity.call_sid, CallSid("benari", caller));
    EXPECT_EQ(record.identity.caller, "phone");
    EXPECT_EQ(record.identity.called, "3308487");
    world->RunFor(seconds(1));
    EXPECT_TRUE(record.answered.has_value());
    EXPECT_TRUE(HangUp());
    ExpectHungUp();
  }
}

TEST_F(HangUpTest, ACallIsAnsweredOnce) {
  CallConfig config = BotCall();
  config.bot.answer = BotAnswer::kWhenReady;
  world = std::make_unique<ControlWorld>(config);
  world->media.SetBot(kBotUrl, BotScript::Never());
  world->Start();
  fakes::CallerArgs ringing;
  ringing.answered = false;
  caller = world->asterisk.CallerArrives(ringing);
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kBotConnecting));
  EXPECT_FALSE(world->control->history().Find(caller)->answered.has_value());
  EXPECT_TRUE(HangUp());
  EXPECT_TRUE(world->UntilNoCalls());
  EXPECT_FALSE(world->control->history().Find(caller)->answered.has_value());
  Begin();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  const auto record = world->control->history().Find(caller);
  const std::optional<Clock::Duration> answered = record->answered;
  EXPECT_TRUE(answered.has_value());
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  EXPECT_EQ(record->answered, answered);
}

}  // namespace
}  // namespace benari::control
