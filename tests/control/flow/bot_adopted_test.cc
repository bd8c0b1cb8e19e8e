// What a control that takes over finds out about a call with a bot, and goes on with.
#include "tests/control/flow/bot_fixture.h"

namespace benari::control {
namespace {

using ::testing::SizeIs;

class AdoptedBotTest : public BotTest {
 protected:
  // Another control takes over after half a second, in which `meanwhile` happens.
  void TakeOver(const std::function<void()>& meanwhile = [] {}) {
    world_->Kill();
    world_->RunFor(milliseconds(250));
    meanwhile();
    world_->RunFor(milliseconds(250));
    world_->Start();
  }
  // A caller of a dial plan that has chosen its bot and its destination; the flags name others.
  void BeginByDialPlan() {
    CallConfig config = BotCall();
    config.bot.url = "ws://bots/of-the-flags";
    config.destination = "Local/43@default/n";
    config.bot.on_close = AfterBot::kHangUp;
    world_ = std::make_unique<ControlWorld>(config);
    world_->asterisk.SetDestination("42", Destination::Answers());
    world_->asterisk.SetDestination("43", Destination::Busy());
    world_->Start();
    fakes::CallerArgs args;
    args.args = {"inbound", "bot_url=ws://bots/{called}?from={caller}", "bot_parameters=a=1&b={called}",
                 "bot_on_close=transfer", "destination=Local/42@default/n"};
    args.caller_number = "+49 30";
    caller_ = world_->asterisk.CallerArrives(args);
  }
};

// The channel that took the caller's place has neither the arguments nor the caller's number.
TEST_F(AdoptedBotTest, KeepsWhatTheDialPlanSaidWhoeverTookTheCallersPlace) {
  for (const bool while_away : {false, true}) {
    for (const bool phone_hangs_up : {false, true}) {
      SCOPED_TRACE(testing::Message() << while_away << phone_hangs_up);
      BeginByDialPlan();
      ASSERT_TRUE(UntilPhase(CallPhase::kBot));
      std::string newcomer;
      const auto transfer = [&] { newcomer = world_->asterisk.Transfer(caller_, phone_hangs_up); };
      if (!while_away) transfer();
      world_->RunFor(seconds(1));
      TakeOver(while_away ? std::function<void()>(transfer) : [] {});
      ASSERT_NE(newcomer, "");
      ASSERT_TRUE(UntilPhase(CallPhase::kBot));
      EXPECT_FALSE(Warned("arguments of the dial plan not known"));
      world_->media.Kill(world_->control->app().table().Find(caller_)->media().node());
      ASSERT_TRUE(world_->Until([this] { return Dialled().size() == 2; }));
      EXPECT_EQ(Dialled()[1], Dialled()[0]) << Dialled()[1].url;
      world_->RunFor(seconds(5));
      TakeOver();
      world_->RunFor(seconds(5));
      ASSERT_TRUE(UntilPhase(CallPhase::kBot));
      const std::string media = world_->control->app().table().Find(caller_)->media().id();
      world_->media.BotOf(media)->Close();
      ASSERT_TRUE(UntilPhase(CallPhase::kConnected)) << "and not hung up, nor another destination";
      world_->asterisk.DestinationHangsUp(newcomer);
      ExpectClean();
    }
  }
}

TEST_F(AdoptedBotTest, DoesNotTryTheFallbackTwice) {
  scripts_[kUrl] = BotScript::Never();
  scripts_[kFallback] = BotScript::DiesAfter(seconds(5));
  CallConfig config = BotCall();
  config.bot.fallback_url = kFallback;
  for (int ms = 0; ms < 15000; ms += ms < 40 ? 5 : 1900) {
    SCOPED_TRACE(ms);
    Begin(config);
    ASSERT_TRUE(world_->Until([this] { return Dialled().size() == 2; }));
    world_->RunFor(milliseconds(ms));
    TakeOver();
    ASSERT_TRUE(UntilPhase(CallPhase::kConnected)) << "bot_on_failure";
    for (size_t i = 1; i < Dialled().size(); ++i) EXPECT_EQ(Dialled()[i].url, kFallback);
    if (ms >= 40) {
      EXPECT_THAT(Dialled(), SizeIs(2)) << "before, its media may be half made";
    }
    EXPECT_EQ(Result(BotResult::kLost), 1);
    HangUpAndExpectClean();
  }
}

// The first bot has failed, and the process died before it had dialled the other one.
TEST_F(AdoptedBotTest, GoesOnToTheFallbackThatWasNotDialledYet) {
  scripts_[kUrl] = BotScript::Never();
  CallConfig config = BotCall();
  config.bot.fallback_url = kFallback;
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kBotConnecting));
  world_->RunFor(config.bot.reconnect - milliseconds(100));
  TakeOver();
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ASSERT_THAT(Dialled(), SizeIs(2));
  EXPECT_EQ(Dialled()[1].url, kFallback);
  HangUpAndExpectClean();
}

}  // namespace
}  // namespace benari::control
