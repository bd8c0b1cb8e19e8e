// What callers and their phones do while they talk to a bot: keys, hold, transfer; and callers side by side.
#include <gmock/gmock.h>

#include "tests/control/flow/bot_fixture.h"

namespace benari::control {
namespace {

using ::testing::SizeIs;

TEST_F(BotTest, GetsTheDigitsOfTheCallerInOrder) {
  Begin(BotCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  for (const char* digit : {"1", "2", "#", "A"}) world_->asterisk.Press(caller_, digit);
  world_->asterisk.Press(MediaId(1), "9");  // not the caller's
  world_->RunFor(seconds(1));
  EXPECT_EQ(BotOf(1)->digits(), "12#A");
  HangUpAndExpectClean();
}

TEST_F(BotTest, ADigitThatMediaDoesNotTakeIsCountedAndTheNextOnesFollow) {
  Begin(BotCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->control->faults().Add("media.SendDigit", 1, {fakes::FaultKind::kTimeoutBefore});
  for (const char* digit : {"1", "2"}) world_->asterisk.Press(caller_, digit);
  world_->RunFor(seconds(3));
  EXPECT_EQ(BotOf(1)->digits(), "2");
  EXPECT_EQ(world_->control->Metric("benari_control_bot_digits_lost_total"), 1);
  HangUpAndExpectClean();
}

// The caller's phone transfers the call.
TEST_F(BotTest, GoesOnWithWhoeverTakesTheCallersPlace) {
  Begin(BotCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  const std::string newcomer = world_->asterisk.Transfer(caller_);
  ASSERT_NE(newcomer, "");
  world_->RunFor(seconds(5));
  EXPECT_THAT(Dialled(), SizeIs(1));
  world_->asterisk.Press(newcomer, "7");
  world_->RunFor(seconds(1));
  EXPECT_EQ(BotOf(1)->digits(), "7");
  BotOf(1)->Close();
  ExpectClean();
  EXPECT_EQ(Result(BotResult::kClosed), 1);
}

// --on_no_media=hangup is for callers whose audio never comes, and a phone on hold sends none.
TEST_F(BotTest, GoesOnWhileThePhoneHoldsAndAfterwards) {
  CallConfig config = BotCall();
  config.on_no_media = OnNoMedia::kHangUp;
  Begin(config);
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  world_->asterisk.CallerHolds(caller_, true);
  world_->RunFor(seconds(60));
  EXPECT_TRUE(UntilPhase(CallPhase::kBot));
  world_->asterisk.CallerHolds(caller_, false);
  world_->asterisk.Press(caller_, "1");
  world_->RunFor(seconds(5));
  EXPECT_EQ(BotOf(1)->digits(), "1");
  EXPECT_EQ(BotOf(1)->info().phase, BotPhase::kReady);
  EXPECT_THAT(Dialled(), SizeIs(1));
  HangUpAndExpectClean();
}

TEST_F(BotTest, TwoNumbersHaveTwoBotsAndOneControl) {
  world_ = std::make_unique<ControlWorld>();
  world_->Start();
  std::vector<std::string> callers;
  for (const char* url : {kUrl, kFallback}) {
    fakes::CallerArgs args;
    args.args = {"inbound", "flow=bot", std::string("bot_url=") + url};
    callers.push_back(world_->asterisk.CallerArrives(args));
  }
  const std::string echo = world_->Caller();
  for (const std::string& caller : callers) ASSERT_TRUE(world_->UntilPhase(caller, CallPhase::kBot));
  ASSERT_TRUE(world_->UntilPhase(echo, CallPhase::kEcho));
  ASSERT_THAT(Dialled(), SizeIs(2));
  EXPECT_NE(Dialled()[0].url, Dialled()[1].url);
  EXPECT_NE(Dialled()[0].call_sid, Dialled()[1].call_sid);
  callers.push_back(echo);
  for (const std::string& caller : callers) world_->asterisk.CallerHangsUp(caller);
  ExpectClean();
}

// A node that drains keeps its sessions for a while, and goes on with its bots.
TEST_F(BotTest, OfANodeThatDrainsGoesOnAndNewOnesAreElsewhere) {
  Begin(BotCall());
  ASSERT_TRUE(UntilPhase(CallPhase::kBot));
  const std::string node = world_->control->app().table().Find(caller_)->media().node();
  world_->media.StartDraining(node);
  world_->RunFor(seconds(10));
  EXPECT_EQ(BotOf(1)->info().phase, BotPhase::kReady);
  const std::string another = world_->Caller();
  ASSERT_TRUE(world_->UntilPhase(another, CallPhase::kBot));
  EXPECT_NE(world_->control->app().table().Find(another)->media().node(), node);
  EXPECT_THAT(Dialled(), SizeIs(2));
  world_->asterisk.CallerHangsUp(another);
  HangUpAndExpectClean();
}

}  // namespace
}  // namespace benari::control
