// Callers who leave the application and are back before their call is released: a redirect in the dial plan,
// ARI's /move, Stasis() called again.
#include <gtest/gtest.h>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using std::chrono::milliseconds;
using std::chrono::seconds;

class ReturnTest : public ::testing::Test {
 protected:
  void Begin(CallConfig config = {}, fakes::AsteriskOptions asterisk = {}) {
    world = std::make_unique<ControlWorld>(config, asterisk);
    world->asterisk.SetDestination("", Destination::Answers(milliseconds(500)));
    world->Start();
  }
  // What /move to the same application was seen to send; the channel stays in its bridge meanwhile.
  void Leave(const std::string& caller) { world->control->app().OnEvent(ari::StasisEnd{caller}); }
  void Enter(const std::string& caller, std::vector<std::string> args = {"inbound"}) {
    ari::StasisStart start;
    start.channel = world->asterisk.channels().at(caller).ari;
    start.args = std::move(args);
    world->control->app().OnEvent(start);
  }
  void ExpectClean() {
    EXPECT_TRUE(world->UntilNoCalls());
    world->RunFor(seconds(15));
    EXPECT_EQ(world->Leftovers(), "");
    EXPECT_EQ(world->control->Metric("benari_control_calls_adopted_total"), 0);
    EXPECT_EQ(world->control->Metric("benari_control_swept_total"), 0);
  }

  std::unique_ptr<ControlWorld> world;
};

TEST_F(ReturnTest, ANewCallBeginsAtOnceInEveryPhase) {
  for (const CallPhase phase :
       {CallPhase::kSetup, CallPhase::kEcho, CallPhase::kDialing, CallPhase::kConnected}) {
    SCOPED_TRACE(ToString(phase));
    Begin();
    const std::string caller = world->Caller();
    ASSERT_TRUE(world->UntilPhase(caller, phase));
    Leave(caller);
    world->RunFor(milliseconds(2));
    Enter(caller);
    ASSERT_TRUE(world->Until([&] { return world->control->history().ended().size() == 1; }, seconds(1)));
    const auto call = world->control->app().table().Find(caller);
    ASSERT_NE(call, nullptr);
    ASSERT_TRUE(world->Until([&] { return call->phase() == CallPhase::kEcho; }, seconds(1)));
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
    world->asterisk.CallerHangsUp(caller);
    ExpectClean();
  }
}

TEST_F(ReturnTest, ANewCallWaitsUntilTheEarlierOneIsReleased) {
  Begin();
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  world->control->faults().ChooseWith([](const fakes::Step& step) {
    fakes::Fault fault;
    if (step.operation == "ari.DestroyBridge") fault.late = seconds(3);
    return fault;
  });
  Leave(caller);
  Enter(caller);
  world->RunFor(seconds(2));
  EXPECT_EQ(world->control->app().table().Find(caller)->phase(), CallPhase::kReleasing);
  ASSERT_TRUE(world->Until([&] { return world->control->history().ended().size() == 1; }));
  ASSERT_TRUE(world->Until(
      [&] { return world->control->app().table().Find(caller)->phase() == CallPhase::kEcho; }, seconds(1)));
  world->asterisk.CallerHangsUp(caller);
  ExpectClean();
}

// The last events of the earlier call's destination come when the next one is dialled already.
TEST_F(ReturnTest, TheEndOfTheEarlierDestinationIsNotTakenForThatOfTheNext) {
  CallConfig config;
  config.echo_time = milliseconds(0);
  fakes::AsteriskOptions asterisk;
  asterisk.order = fakes::Order::kAnswerFirst;
  asterisk.max_event_delay = milliseconds(400);
  Begin(config, asterisk);
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  for (int time = 0; time < 5; ++time) {
    Leave(caller);
    Enter(caller);
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kDialing));
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  }
  EXPECT_EQ(world->asterisk.dialled().size(), 6u);
  world->asterisk.CallerHangsUp(caller);
  ExpectClean();
}

TEST_F(ReturnTest, WhoMovesWithoutArgumentsKeepsThoseOfTheDialPlan) {
  Begin();
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  Leave(caller);
  Enter(caller, {});
  ASSERT_TRUE(world->Until([&] { return world->control->history().ended().size() == 1; }, seconds(1)));
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->asterisk.CallerHangsUp(caller);
  ExpectClean();
}

TEST_F(ReturnTest, WhoHangsUpMeanwhileGetsNoCall) {
  Begin();
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  Leave(caller);
  Enter(caller);
  Leave(caller);
  ASSERT_TRUE(world->UntilNoCalls());
  EXPECT_EQ(world->control->history().ended().size(), 1u);
  world->asterisk.CallerHangsUp(caller);
  ExpectClean();
}

TEST_F(ReturnTest, IsAdmittedLikeEveryCaller) {
  Begin();
  const std::string caller = world->Caller();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  Leave(caller);
  bool idle = false;
  world->control->app().Drain([&idle] { idle = true; });
  Enter(caller);
  ASSERT_TRUE(world->Until([&idle] { return idle; }, seconds(1)));
  ASSERT_TRUE(world->asterisk.EndOf(caller).has_value());
  EXPECT_EQ(world->asterisk.EndOf(caller)->cause, 42);
  EXPECT_EQ(world->control->Metric("benari_control_calls_refused_total", "draining"), 1);
  ExpectClean();
}

}  // namespace
}  // namespace benari::control
