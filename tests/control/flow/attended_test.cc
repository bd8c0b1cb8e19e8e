// A caller is taken from its bot to a number over the API, and the bot stays until somebody answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/control/flow/webhook_fixture.h"

namespace benari::control {
namespace {

// Number 42 answers after three seconds, number 7 as `destination_` says.
class AttendedTest : public WebhookTest {
 protected:
  void BeginWithBot(FlowKind flow) {
    CallConfig config = WebhookCall();
    config.flow = flow;
    config.bot.url = kUrl;
    config.transfer = Transfer::kAttended;
    replies_.clear();
    Answers({StreamTo(kUrl), "<Hangup/>"});
    Begin(config);
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  }
  absl::Status TransferTo(const std::string& number) {
    return world_->control->app().Transfer(caller_, number);
  }
  // All results that were counted.
  std::map<std::string, double> Results() const {
    std::map<std::string, double> results;
    for (const auto& row : kBotResultWords) {
      if (Result(row.value) != 0) results[ToString(row.value)] = Result(row.value);
    }
    return results;
  }
  bool HearsBot() {
    fakes::ModelBot* const bot = BotOf(1);
    return bot != nullptr && bot->info().phase == BotPhase::kReady && !Caller().hears_ringing;
  }
};

TEST_F(AttendedTest, TheBotStaysUntilTheDestinationHasAnswered) {
  for (const FlowKind flow : {FlowKind::kBot, FlowKind::kWebhook}) {
    BeginWithBot(flow);
    ASSERT_TRUE(TransferTo("42").ok());
    ASSERT_TRUE(UntilPhase(CallPhase::kDialing));
    world_->RunFor(seconds(2));
    EXPECT_TRUE(HearsBot());
    ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
    EXPECT_EQ(BotOf(1), nullptr);
    EXPECT_FALSE(Caller().hears_ringing);
    HangUpAndExpectClean();
    EXPECT_EQ(world_->Ended(CallOutcome::kCompleted), 1);
  }
}

TEST_F(AttendedTest, TheBotGoesOnIfNobodyAnswers) {
  for (const Destination& destination :
       {Destination::Busy(), Destination::Unknown(), Destination::Unroutable()}) {
    destination_ = destination;
    BeginWithBot(FlowKind::kBot);
    ASSERT_TRUE(TransferTo("7").ok());
    ASSERT_TRUE(UntilPhase(CallPhase::kDialing));
    ASSERT_TRUE(UntilPhase(CallPhase::kBot));
    world_->RunFor(seconds(5));
    EXPECT_TRUE(HearsBot());
    BotOf(1)->Close();
    ExpectClean();
    EXPECT_EQ(world_->asterisk.EndOf(caller_)->cause, 16);
    EXPECT_EQ(Dialled().size(), 1u) << "the same one";
  }
}

TEST_F(AttendedTest, WithoutTheBotTheCallerHearsRinging) {
  BeginWithBot(FlowKind::kBot);
  ASSERT_TRUE(TransferTo("42").ok());
  ASSERT_TRUE(UntilPhase(CallPhase::kDialing));
  world_->RunFor(seconds(1));
  BotOf(1)->Close();
  world_->RunFor(seconds(1));
  EXPECT_TRUE(Caller().hears_ringing);
  ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
  EXPECT_FALSE(Caller().hears_ringing);
  HangUpAndExpectClean();
}

TEST_F(AttendedTest, TheTimeWithTheBotIsCountedOnceAndAsItEnded) {
  using Counted = std::map<std::string, double>;
  destination_ = Destination::Busy();
  for (const FlowKind flow : {FlowKind::kBot, FlowKind::kWebhook}) {
    BeginWithBot(flow);  // nobody is reached, and the bot goes on until it closes
    ASSERT_TRUE(TransferTo("7").ok());
    ASSERT_TRUE(UntilPhase(CallPhase::kDialing) && UntilPhase(CallPhase::kBot));
    EXPECT_EQ(Results(), Counted());
    BotOf(1)->Close();
    ExpectClean();
    EXPECT_EQ(Results(), (Counted{{"closed", 1}}));

    BeginWithBot(flow);  // likewise, and the caller hangs up
    ASSERT_TRUE(TransferTo("7").ok());
    ASSERT_TRUE(UntilPhase(CallPhase::kDialing) && UntilPhase(CallPhase::kBot));
    HangUpAndExpectClean();
    EXPECT_EQ(Results(), (Counted{{"hung_up", 1}}));

    BeginWithBot(flow);  // the caller hangs up while it rings
    ASSERT_TRUE(TransferTo("42").ok());
    ASSERT_TRUE(UntilPhase(CallPhase::kDialing));
    HangUpAndExpectClean();
    EXPECT_EQ(Results(), (Counted{{"hung_up", 1}}));

    for (const bool closes : {false, true}) {  // somebody answers, and the bot closes before
      BeginWithBot(flow);
      ASSERT_TRUE(TransferTo("42").ok());
      ASSERT_TRUE(UntilPhase(CallPhase::kDialing));
      if (closes) BotOf(1)->Close();
      ASSERT_TRUE(UntilPhase(CallPhase::kConnected));
      HangUpAndExpectClean();
      EXPECT_EQ(Results(), (Counted{{"redirected", 1}}));
    }
  }
}

TEST_F(AttendedTest, ABlindOneTakesTheBotAwayAtOnce) {
  CallConfig config = WebhookCall();
  config.flow = FlowKind::kBot;
  config.bot.url = kUrl;
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  ASSERT_TRUE(TransferTo("42").ok());
  ASSERT_TRUE(UntilPhase(CallPhase::kDialing));
  world_->RunFor(seconds(1));
  EXPECT_EQ(BotOf(1), nullptr);
  EXPECT_TRUE(Caller().hears_ringing);
  HangUpAndExpectClean();
}

TEST_F(AttendedTest, AtEachMomentTheCallerMayHangUpOrControlDie) {
  for (int ms = 0; ms < 4000; ms = ms < 60 ? ms + 3 : ms + 397) {
    for (const bool dies : {false, true}) {
      SCOPED_TRACE(testing::Message() << ms << (dies ? " dies" : ""));
      BeginWithBot(FlowKind::kBot);
      ASSERT_TRUE(TransferTo("42").ok());
      world_->RunFor(milliseconds(ms));
      if (dies) {
        world_->Kill();
        world_->RunFor(milliseconds(500));
        world_->Start();
        world_->RunFor(seconds(2));
        ASSERT_TRUE(world_->control->app().table().Contains(caller_));
        const auto phase = world_->control->app().table().Find(caller_)->phase();
        EXPECT_TRUE(phase == CallPhase::kConnected || (phase == CallPhase::kBot && HearsBot()));
      }
      HangUpAndExpectClean();
    }
  }
}

}  // namespace
}  // namespace benari::control
