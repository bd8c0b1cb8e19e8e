// Asterisk cannot list its channels (500), as while a foreign one has a byte that is not UTF-8.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using std::chrono::milliseconds;
using std::chrono::seconds;

class ListTest : public ::testing::Test {
 protected:
  void SetUp() override { world.asterisk.SetDestination("", Destination::Answers()); }
  // Lists of channels, and of bridges if so told, fail from the first one on.
  void Start(bool bridges_too = false) {
    world.Kill();
    const std::vector<std::string> nodes = {ControlWorld::kNode1, ControlWorld::kNode2};
    world.control = std::make_unique<ControlProcess>(world.loop, world.timers, world.asterisk, world.media,
                                                     nodes, world.config, world.options);
    world.control->faults().ChooseWith([bridges_too](const fakes::Step& step) {
      fakes::Fault fault;
      const bool fails =
          step.operation == "ari.ListChannels" || (bridges_too && step.operation == "ari.ListBridges");
      if (fails) fault.kind = fakes::FaultKind::kErrorBefore;
      return fault;
    });
    EXPECT_FALSE(world.control->app().subscribed());
    ASSERT_TRUE(world.control->Connect());
    EXPECT_TRUE(world.control->app().subscribed()) << "whoever served before is replaced already";
    ASSERT_FALSE(world.control->app().serving());
    ASSERT_TRUE(world.Until([this] { return world.control->app().serving(); }, seconds(2)));
  }
  void ExpectClean() {
    EXPECT_TRUE(world.UntilNoCalls());
    world.RunFor(seconds(15));
    EXPECT_EQ(world.Leftovers(), "");
  }

  ControlWorld world;
};

TEST_F(ListTest, CallersAreServedAllTheSame) {
  Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.RunFor(seconds(40));  // a sweep
  world.asterisk.CallerHangsUp(caller);
  ExpectClean();
  EXPECT_EQ(world.Ended(CallOutcome::kCompleted), 1);
}

TEST_F(ListTest, CallsAreAdoptedAllTheSame) {
  for (const bool bridges_too : {false, true}) {
    for (const CallPhase phase : {CallPhase::kSetup, CallPhase::kEcho, CallPhase::kConnected}) {
      SCOPED_TRACE(ToString(phase));
      Start(bridges_too);
      const std::string caller = world.Caller();
      ASSERT_TRUE(world.UntilPhase(caller, phase));
      world.Kill();
      Start(bridges_too);
      ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
      EXPECT_EQ(world.control->Metric("benari_control_calls_adopted_total"), 1);
      world.asterisk.CallerHangsUp(caller);
      ExpectClean();
    }
  }
}

TEST_F(ListTest, HangUpsThatWereMissedAreLearntAllTheSame) {
  for (const CallPhase phase : {CallPhase::kEcho, CallPhase::kConnected}) {
    SCOPED_TRACE(ToString(phase));
    Start();
    const std::string caller = world.Caller();
    ASSERT_TRUE(world.UntilPhase(caller, phase));
    world.control->Disconnect();
    world.asterisk.CallerHangsUp(caller);
    world.RunFor(seconds(1));
    ASSERT_TRUE(world.control->Connect());
    ExpectClean();
  }
}

// What cannot be shown by itself either is there.
TEST_F(ListTest, AChannelOfACallThatCannotBeShownIsNotTakenForGone) {
  Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.control->faults().ChooseWith([](const fakes::Step& step) {
    fakes::Fault fault;
    if (step.operation == "ari.ListChannels" || step.operation == "ari.GetChannel")
      fault.kind = fakes::FaultKind::kErrorBefore;
    return fault;
  });
  world.RunFor(seconds(70));
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.asterisk.CallerHangsUp(caller);
  ExpectClean();
}

// With an error for each of them: what a caller is to the application is not known.
class NotShownTest : public ListTest {
 protected:
  void FailsFor(std::vector<std::string> operations, Clock::Duration length) {
    const Clock::Time until = world.timers.Now() + length;
    world.control->faults().ChooseWith([this, operations, until](const fakes::Step& step) {
      fakes::Fault fault;
      const bool fails = std::count(operations.begin(), operations.end(), step.operation) > 0;
      if (fails && world.timers.Now() < until) fault.kind = fakes::FaultKind::kErrorBefore;
      return fault;
    });
  }
  // Came while the network was cut, and Asterisk did not know.
  std::string UnheardOfCaller() {
    world.control->ari().Forget();
    world.control->app().OnDisconnected();
    std::string caller = world.Caller();
    world.RunFor(milliseconds(100));
    return caller;
  }
  long Requests(const std::string& operation) const {
    const auto& steps = world.control->faults().steps();
    return std::count_if(steps.begin(), steps.end(),
                         [&](const fakes::Step& step) { return step.operation == operation; });
  }
};

TEST_F(NotShownTest, ACallerWhoIsShownLaterIsServedThen) {
  world.Start();
  const std::string caller = UnheardOfCaller();
  FailsFor({"ari.ListChannels", "ari.GetChannel"}, milliseconds(200));
  ASSERT_TRUE(world.control->Connect());
  EXPECT_TRUE(world.Until([&] { return world.control->app().table().Contains(caller); }, seconds(1)));
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.asterisk.CallerHangsUp(caller);
  ExpectClean();
}

TEST_F(NotShownTest, WhoIsNeverShownCostsFewLists) {
  world.Start();
  const std::string caller = UnheardOfCaller();
  FailsFor({"ari.ListChannels", "ari.GetChannel"}, seconds(1000));
  ASSERT_TRUE(world.control->Connect());
  const long before = Requests("ari.ListChannels");
  world.RunFor(seconds(300));
  EXPECT_LE(Requests("ari.ListChannels") - before, 300 / 30 + 7);
  EXPECT_FALSE(world.control->app().table().Contains(caller)) << "it may be anybody's";
}

TEST_F(NotShownTest, ABridgeIsNotTakenForEmpty) {
  world.Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  const long joins = Requests("ari.AddToBridge");
  FailsFor({"ari.ListBridges", "ari.GetBridge"}, seconds(70));
  world.RunFor(seconds(70));
  EXPECT_EQ(Requests("ari.AddToBridge"), joins);
  world.asterisk.CallerHangsUp(caller);
  ExpectClean();
}

}  // namespace
}  // namespace benari::control
