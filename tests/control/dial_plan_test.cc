// What a caller is put through, where the dial plan says so in the arguments of Stasis().
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using std::chrono::milliseconds;
using std::chrono::seconds;

class DialPlanTest : public ::testing::Test {
 protected:
  DialPlanTest() {
    world_.asterisk.SetDestination("4438007", Destination::Busy());
    world_.asterisk.SetDestination("42", Destination::Answers());
    world_.Start();
  }

  std::string Caller(std::vector<std::string> args) {
    fakes::CallerArgs caller;
    caller.args = std::move(args);
    return world_.asterisk.CallerArrives(caller);
  }

  ControlWorld world_;
};

TEST_F(DialPlanTest, ArgumentsOfStasisWinOverTheFlagsForThisCall) {
  const std::string caller = Caller({"inbound", "echo_seconds=3", "destination=Local/42@default/n"});
  const std::string other = Caller({"inbound"});
  ASSERT_TRUE(world_.UntilPhase(caller, CallPhase::kEcho));
  const auto began = world_.timers.Now();
  ASSERT_TRUE(world_.UntilPhase(caller, CallPhase::kConnected));
  EXPECT_NEAR(std::chrono::duration<double>(world_.timers.Now() - began).count(), 3.0, 0.1);
  ASSERT_TRUE(world_.Until([&] { return world_.Ended(CallOutcome::kDestinationBusy) == 1; }));
  EXPECT_GT(world_.timers.Now() - began, milliseconds(6900)) << "of the one without arguments";
  world_.asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world_.UntilNoCalls());
  EXPECT_EQ(world_.Leftovers(), "");
}

TEST_F(DialPlanTest, AnArgumentThatIsRefusedIsSaidAndTheCallGoesOn) {
  const std::string caller =
      Caller({"inbound", "echo_seconds=soon", "loudness=11", "destination=Local/42@default/n"});
  ASSERT_TRUE(world_.UntilPhase(caller, CallPhase::kConnected));
  int refused = 0;
  for (const CallStep& step : world_.control->history().Find(caller)->steps)
    refused += absl::StartsWith(step.what, "argument of the dial plan refused") ? 1 : 0;
  EXPECT_EQ(refused, 2);
  world_.asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world_.UntilNoCalls());
}

TEST_F(DialPlanTest, WhatTheCallWasToldOutlivesTheProcess) {
  const std::string caller = Caller({"inbound", "echo_seconds=20", "destination=Local/42@default/n"});
  ASSERT_TRUE(world_.UntilPhase(caller, CallPhase::kEcho));
  const auto began = world_.timers.Now();
  world_.RunFor(seconds(2));
  world_.Kill();
  world_.RunFor(seconds(2));
  world_.Start();
  ASSERT_TRUE(world_.UntilPhase(caller, CallPhase::kConnected));
  EXPECT_NEAR(std::chrono::duration<double>(world_.timers.Now() - began).count(), 20.0, 0.2);
  world_.asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world_.UntilNoCalls());
  EXPECT_EQ(world_.Leftovers(), "");
}

TEST_F(DialPlanTest, WhoComesBackWithOtherArgumentsIsPutThroughThose) {
  const std::string caller = Caller({"inbound", "echo_seconds=inf"});
  ASSERT_TRUE(world_.UntilPhase(caller, CallPhase::kEcho));
  world_.asterisk.Redirect(caller, {"inbound", "echo_seconds=0", "destination=Local/42@default/n"});
  ASSERT_TRUE(world_.UntilPhase(caller, CallPhase::kConnected));
  world_.asterisk.CallerHangsUp(caller);
  EXPECT_TRUE(world_.UntilNoCalls());
}

}  // namespace
}  // namespace benari::control
