// A media node that knows a higher epoch of our owner than ours: who has taken over, and who is long gone.
#include <gtest/gtest.h>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint64_t kAhead = uint64_t{1} << 60;  // of every clock

class EpochTest : public ::testing::Test {
 protected:
  // Somebody uses the node once, under our owner name.
  void Use(const std::string& node, uint64_t epoch) {
    world.media.Living(node).KeepAlive({"benari", epoch}, {}, seconds(10));
  }
  bool ACallerHearsItself() {
    const std::string caller = world.Caller();
    const bool heard = world.UntilPhase(caller, CallPhase::kEcho);
    world.asterisk.CallerHangsUp(caller);
    return heard && world.UntilNoCalls();
  }
  bool IsUp(const std::string& node) { return world.control->nodes().IsUp(node); }

  ControlWorld world;
};

TEST_F(EpochTest, TheHighestThereIsTakesAwayOneNodeOnly) {
  for (const uint64_t epoch : {kMaxEpoch, ~uint64_t{0}}) {
    Use(ControlWorld::kNode1, epoch);
    world.Start();
    world.RunFor(seconds(10));
    EXPECT_FALSE(world.control->replaced()) << epoch;
    EXPECT_FALSE(IsUp(ControlWorld::kNode1));
    EXPECT_TRUE(IsUp(ControlWorld::kNode2));
    EXPECT_TRUE(ACallerHearsItself());
    world.Kill();
  }
}

TEST_F(EpochTest, TheHighestThereIsMovesCallsToAnotherNode) {
  world.Start();
  std::vector<std::string> callers = {world.Caller(), world.Caller()};  // one on each node
  for (const std::string& caller : callers) ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
  Use(ControlWorld::kNode1, ~uint64_t{0});
  world.RunFor(seconds(3));
  EXPECT_FALSE(world.control->replaced());
  EXPECT_EQ(world.control->Metric("benari_control_media_replaced_total"), 1);
  for (const std::string& caller : callers) EXPECT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
}

TEST_F(EpochTest, ANodeThatReturnsWithAnEarlierInstancesEpochIsServedOn) {
  Use(ControlWorld::kNode2, kAhead);  // its clock was ahead
  world.RunFor(milliseconds(10));
  world.media.SetReachable(ControlWorld::kNode2, false);
  world.Start();
  world.RunFor(seconds(1));
  world.media.SetReachable(ControlWorld::kNode2, true);
  world.RunFor(seconds(2));
  EXPECT_FALSE(world.control->replaced());
  EXPECT_TRUE(IsUp(ControlWorld::kNode1));
  EXPECT_TRUE(IsUp(ControlWorld::kNode2));
  EXPECT_TRUE(ACallerHearsItself());
  EXPECT_TRUE(ACallerHearsItself());
}

TEST_F(EpochTest, OneThatCameAndWentMeanwhileIsNoSuccessor) {
  world.Start();
  world.media.SetReachable(ControlWorld::kNode2, false);
  world.RunFor(seconds(5));
  Use(ControlWorld::kNode2, kAhead);
  world.RunFor(seconds(6));
  world.media.SetReachable(ControlWorld::kNode2, true);
  world.RunFor(seconds(2));
  EXPECT_FALSE(world.control->replaced());
  EXPECT_TRUE(IsUp(ControlWorld::kNode2));
}

// As when a node hangs while one instance follows another, and goes on.
TEST_F(EpochTest, ARequestOfTheOneBeforeThatLayUnreadIsNoSuccessor) {
  world.media.SetReachable(ControlWorld::kNode2, false);
  world.Start();
  world.RunFor(seconds(3));
  Use(ControlWorld::kNode2, kAhead);
  world.media.SetReachable(ControlWorld::kNode2, true);
  world.RunFor(seconds(8));
  EXPECT_FALSE(world.control->replaced());
  EXPECT_TRUE(IsUp(ControlWorld::kNode2));
}

TEST_F(EpochTest, ASuccessorIsSeenAtANodeThatWasNeverReachedBefore) {
  world.media.SetReachable(ControlWorld::kNode2, false);
  world.Start();
  world.RunFor(seconds(3));
  world.media.SetReachable(ControlWorld::kNode2, true);
  for (int i = 0; i < 4; ++i) {
    Use(ControlWorld::kNode2, kAhead);
    world.RunFor(milliseconds(500));
  }
  EXPECT_TRUE(world.control->replaced());
}

TEST_F(EpochTest, TwoNodesWithDifferentEpochsAreBothServedOn) {
  Use(ControlWorld::kNode1, kAhead + 1000);
  Use(ControlWorld::kNode2, kAhead);
  world.RunFor(milliseconds(10));
  for (const char* node : {ControlWorld::kNode1, ControlWorld::kNode2}) world.media.SetReachable(node, false);
  world.Start();
  for (const char* node : {ControlWorld::kNode1, ControlWorld::kNode2}) world.media.SetReachable(node, true);
  world.RunFor(seconds(5));
  EXPECT_FALSE(world.control->replaced());
  EXPECT_TRUE(IsUp(ControlWorld::kNode1));
  EXPECT_TRUE(IsUp(ControlWorld::kNode2));
}

TEST_F(EpochTest, WhoeverUsesAHigherOneHasTakenOver) {
  world.Start();
  world.RunFor(seconds(30));
  EXPECT_FALSE(world.control->replaced());
  Use(ControlWorld::kNode2, kAhead);
  world.RunFor(seconds(1));
  EXPECT_TRUE(world.control->replaced());
}

}  // namespace
}  // namespace benari::control
