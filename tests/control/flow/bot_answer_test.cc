// When a caller is answered whom the dial plan has not.
#include "tests/control/flow/bot_fixture.h"

namespace benari::control {
namespace {

TEST_F(BotTest, ACallerIsAnsweredWhenTheBotIsReady) {
  scripts_[kUrl] = BotScript::AnswersAfter(seconds(3));
  CallConfig config = BotCall();
  config.bot.answer = BotAnswer::kWhenReady;
  Begin(config, /*answered=*/false);
  ASSERT_TRUE(UntilPhase(CallPhase::kBotConnecting));
  world_->RunFor(milliseconds(2500));
  EXPECT_EQ(Caller().ari.state, "Ring");
  EXPECT_TRUE(Caller().hears_ringing);
  EXPECT_TRUE(Caller().bridge_id.empty()) << "early media is not heard";
  EXPECT_EQ(world_->control->Metric("benari_control_bot_late_total"), 1);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  const Clock::Time ready = world_->timers.Now();
  ASSERT_TRUE(world_->Until([this] { return !Caller().bridge_id.empty(); }));
  EXPECT_LT(world_->timers.Now() - ready, milliseconds(100));
  EXPECT_EQ(Caller().ari.state, "Up");
  EXPECT_FALSE(Caller().hears_ringing);
  HangUpAndExpectClean();
}

TEST_F(BotTest, ACallerIsAnsweredAtOnce) {
  scripts_[kUrl] = BotScript::AnswersAfter(seconds(3));
  Begin(BotCall(), /*answered=*/false);
  ASSERT_TRUE(UntilPhase(CallPhase::kBotConnecting));
  EXPECT_EQ(Caller().ari.state, "Up");
  HangUpAndExpectClean();
}

TEST_F(BotTest, ACallerIsNotAnsweredForABotThatCannotBeReached) {
  scripts_[kUrl] = BotScript::Never();
  CallConfig config = BotCall();
  config.bot.answer = BotAnswer::kWhenReady;
  config.bot.on_failure = AfterBot::kContinue;
  Begin(config, /*answered=*/false);
  ASSERT_TRUE(UntilPhase(CallPhase::kBotConnecting));
  world_->RunFor(seconds(9));
  EXPECT_EQ(Caller().ari.state, "Ring");
  ExpectClean();
  EXPECT_EQ(world_->Ended(CallOutcome::kContinued), 1);
}

TEST_F(BotTest, TheCallerHangsUpAtAnyMoment) {
  for (const bool answered : {true, false}) {
    for (int ms = 0; ms < 6000; ms = ms < 120 ? ms + 3 : ms + 497) {
      SCOPED_TRACE(std::to_string(ms) + (answered ? " answered" : ""));
      scripts_[kUrl] = BotScript::ClosesAfter(seconds(1));
      CallConfig config = BotCall();
      config.bot.on_close = AfterBot::kTransfer;
      config.bot.answer = BotAnswer::kWhenReady;
      Begin(config, answered);
      world_->RunFor(milliseconds(ms));
      HangUpAndExpectClean();
    }
  }
}

}  // namespace
}  // namespace benari::control
