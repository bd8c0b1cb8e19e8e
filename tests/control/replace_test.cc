// What goes wrong while media that was lost is replaced by another.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::FaultKind;
using std::chrono::seconds;

class ReplaceTest : public ::testing::Test {
 protected:
  ReplaceTest() {
    CallConfig config;
    config.echo_time.reset();
    world = std::make_unique<ControlWorld>(std::move(config));
    world->Start();
    caller = world->Caller();
  }
  std::string NodeOfCaller() const { return world->control->app().table().Find(caller)->media().node(); }
  static std::string OtherThan(const std::string& node) {
    return node == ControlWorld::kNode1 ? ControlWorld::kNode2 : ControlWorld::kNode1;
  }
  void Fail(const std::string& operation, FaultKind kind) {
    world->control->faults().ChooseWith([operation, kind](const fakes::Step& step) {
      fakes::Fault fault;
      if (step.operation == operation) fault.kind = kind;
      return fault;
    });
  }
  void FailNothing() { world->control->faults().ChooseWith(nullptr); }
  // A session runs for the ExternalMedia channel that is in the caller's bridge.
  bool Hears() const {
    const auto bridge = world->asterisk.bridges().find("benari." + caller + ".bridge");
    if (bridge == world->asterisk.bridges().end()) return false;
    const std::vector<std::string>& members = bridge->second.ari.channel_ids;
    for (const char* node : {ControlWorld::kNode1, ControlWorld::kNode2}) {
      if (!world->media.IsAlive(node)) continue;
      for (const SessionInfo& session : world->media.Living(node).Sessions()) {
        if (std::count(members.begin(), members.end(), session.lease_id) == 1) return true;
      }
    }
    return false;
  }
  void ExpectCleanEnd() {
    world->asterisk.CallerHangsUp(caller);
    EXPECT_TRUE(world->UntilNoCalls());
    world->RunFor(seconds(15));
    EXPECT_EQ(world->Leftovers(), "");
  }

  std::unique_ptr<ControlWorld> world;
  std::string caller;
};

// Both media are lost then: the old one, which the call falls back to, and the one that was to replace it.
TEST_F(ReplaceTest, TheOtherNodeIsLostAsWell) {
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  const std::string first = NodeOfCaller();
  Fail("ari.CreateExternalMedia", FaultKind::kTimeoutBefore);
  world->media.Kill(first);
  world->RunFor(seconds(2));
  world->media.Kill(OtherThan(first));
  world->RunFor(seconds(2));
  world->media.Return(first);
  world->media.Return(OtherThan(first));
  FailNothing();
  EXPECT_TRUE(world->Until([this] { return Hears(); }, seconds(10)));
  ExpectCleanEnd();
}

TEST_F(ReplaceTest, TheOnlyNodeIsStartedAgain) {
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  const std::string only = NodeOfCaller();
  world->media.Kill(OtherThan(only));
  world->RunFor(seconds(5));
  ASSERT_TRUE(Hears());
  world->media.Kill(only);
  world->RunFor(seconds(3));
  world->media.Return(only);
  EXPECT_TRUE(world->Until([this] { return Hears(); }, seconds(2)));
  EXPECT_EQ(world->control->app().table().Find(caller)->phase(), CallPhase::kEcho);
  ExpectCleanEnd();
}

TEST_F(ReplaceTest, ANodeThatTakesNoCallsIsNotWaitedFor) {
  world->asterisk.SetDestination("", fakes::Destination::Answers());
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  const std::string node = NodeOfCaller();
  world->media.StartDraining(OtherThan(node));
  world->RunFor(seconds(1));
  world->media.Kill(node);
  EXPECT_TRUE(world->Until([this] { return !world->asterisk.dialled().empty(); }, seconds(2)));
  ExpectCleanEnd();
}

// The caller may still hear what this process cannot reach.
TEST_F(ReplaceTest, AsteriskRefusesAndTheCallGoesOnToTheDestination) {
  world->asterisk.SetDestination("", fakes::Destination::Answers());
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  Fail("ari.CreateExternalMedia", FaultKind::kErrorBefore);
  world->media.SetReachable(NodeOfCaller(), false);
  EXPECT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  ExpectCleanEnd();
  EXPECT_EQ(world->Ended(CallOutcome::kCompleted), 1);
}

// A node that no other can replace may be started again: for four seconds, whatever the attempts in between
// take.
TEST_F(ReplaceTest, NodesAreNotWaitedForAnyLongerThanTheyMayTake) {
  world->asterisk.SetDestination("", fakes::Destination::Answers());
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  const std::string node = NodeOfCaller();
  Fail("ari.CreateExternalMedia", FaultKind::kUnreachableBefore);
  world->media.Kill(node);
  ASSERT_TRUE(world->Until([&] {
    const auto& steps = world->control->faults().steps();
    return std::count_if(steps.begin(), steps.end(), [](const fakes::Step& step) {
             return step.operation == "ari.CreateExternalMedia";
           }) == 2;
  }));
  world->media.Kill(OtherThan(node));
  world->control->faults().ChooseWith([](const fakes::Step& step) {
    fakes::Fault slow;
    slow.kind = step.operation == "ari.GetChannel" ? FaultKind::kDelayed : FaultKind::kNone;
    slow.delay = std::chrono::milliseconds(250);
    return slow;
  });
  // The outage takes a second; the attempt after that begins the four, the last one is due at their end.
  EXPECT_TRUE(
      world->Until([&] { return !world->asterisk.dialled().empty(); }, std::chrono::milliseconds(6300)));
  ExpectCleanEnd();
}

}  // namespace
}  // namespace benari::control
