// A control process dies, and the next one goes on with its calls from what Asterisk and media hold.
#include <gtest/gtest.h>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct World : ControlWorld {
  explicit World(CallConfig call_config = {}) : ControlWorld(std::move(call_config)) {
    asterisk.SetDestination("", Destination::Answers());
  }
};

void ExpectClean(ControlWorld& world) {
  EXPECT_TRUE(world.UntilNoCalls());
  world.RunFor(seconds(15));
  EXPECT_EQ(world.Leftovers(), "");
}

TEST(Adoption, TheRestOfTheEchoTimeIsKept) {
  World world;
  world.Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
  const auto began = world.timers.Now();
  world.RunFor(seconds(2));
  world.Kill();
  world.RunFor(seconds(2));
  world.Start();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kDialing));
  EXPECT_NEAR(std::chrono::duration<double>(world.timers.Now() - began).count(), 7.0, 0.1);
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  EXPECT_EQ(world.control->Metric("benari_control_calls_adopted_total"), 1);
  EXPECT_EQ(world.control->Metric("benari_control_media_replaced_total"), 0);
  EXPECT_EQ(world.control->Metric("benari_control_swept_total"), 0);
  world.asterisk.CallerHangsUp(caller);
  ExpectClean(world);
}

TEST(Adoption, TheRestOfTheEchoTimeIsKeptWhateverTheClocksSay) {
  for (const seconds ahead : {seconds(-3600), seconds(-10), seconds(10), seconds(3600)}) {
    SCOPED_TRACE(ahead.count());
    fakes::AsteriskOptions asterisk;
    asterisk.clock_ahead = ahead;
    ControlWorld world({}, asterisk);
    world.asterisk.SetDestination("", Destination::Answers());
    world.Start();
    const std::string caller = world.Caller();
    ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
    const auto began = world.timers.Now();
    world.RunFor(seconds(2));
    world.Start();
    ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kDialing));
    EXPECT_NEAR(std::chrono::duration<double>(world.timers.Now() - began).count(), 7.0, 1.0);
    world.asterisk.CallerHangsUp(caller);
    EXPECT_TRUE(world.UntilNoCalls());
  }
}

TEST(Adoption, AtAnyMomentOfACall) {
  for (int ms = 0; ms < 8000; ms = ms < 60 ? ms + 1 : ms + 397) {
    SCOPED_TRACE(ms);
    World world;
    world.Start();
    const std::string caller = world.Caller();
    ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kSetup));
    world.RunFor(milliseconds(ms));
    world.Kill();
    world.RunFor(milliseconds(700));
    world.Start();
    ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
    world.asterisk.CallerHangsUp(caller);
    ExpectClean(world);
    EXPECT_EQ(world.Ended(CallOutcome::kCompleted), 1);
  }
}

TEST(Adoption, HangUpsThatWereMissedAreCleanedUp) {
  for (const CallPhase phase :
       {CallPhase::kSetup, CallPhase::kEcho, CallPhase::kDialing, CallPhase::kConnected}) {
    SCOPED_TRACE(ToString(phase));
    World world;
    world.asterisk.SetDestination("", Destination::Answers(seconds(1)));
    world.Start();
    const std::string caller = world.Caller();
    ASSERT_TRUE(world.UntilPhase(caller, phase));
    world.Kill();
    world.RunFor(milliseconds(20));
    world.asterisk.CallerHangsUp(caller);
    world.RunFor(seconds(1));
    world.Start();
    ExpectClean(world);
  }
}

// Its end is told after the subscription and before the list, which does not have it any more.
TEST(Adoption, TheEndOfADestinationIsNotTakenForThatOfTheNext) {
  fakes::AsteriskOptions at_once;
  at_once.max_step = milliseconds(0);
  ControlWorld world({}, at_once);
  world.asterisk.SetDestination("", Destination::Answers());
  world.Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.Kill();
  world.asterisk.DestinationHangsUp("benari." + caller + ".destination");
  world.Start();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.RunFor(seconds(2));
  EXPECT_FALSE(world.asterisk.EndOf(caller).has_value());
  world.asterisk.CallerHangsUp(caller);
  ExpectClean(world);
  EXPECT_EQ(world.control->Metric("benari_control_swept_total"), 0);
}

TEST(Adoption, ASilentNodeDoesNotKeepCallsWaiting) {
  World world;
  world.Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
  world.Kill();
  world.media.SetStopped(ControlWorld::kNode1, true);
  world.media.SetStopped(ControlWorld::kNode2, true);
  const auto began = world.timers.Now();
  world.Start();
  EXPECT_LT(world.timers.Now() - began, seconds(2)) << "both are asked at the same time";
  world.asterisk.CallerHangsUp(caller);
  world.media.SetStopped(ControlWorld::kNode1, false);
  world.media.SetStopped(ControlWorld::kNode2, false);
  ExpectClean(world);
}

// Between the lists that show it and the first request of its call.
TEST(Adoption, NobodyIsDialledForACallerWhoLeftMeanwhile) {
  CallConfig without_echo;
  without_echo.echo_time = std::chrono::milliseconds(0);
  World world(std::move(without_echo));
  const std::string caller = world.Caller();
  world.media.SetStopped(ControlWorld::kNode1, true);
  world.media.SetStopped(ControlWorld::kNode2, true);
  const std::vector<std::string> nodes = {ControlWorld::kNode1, ControlWorld::kNode2};
  world.control = std::make_unique<ControlProcess>(world.loop, world.timers, world.asterisk, world.media,
                                                   nodes, world.config, world.options);
  ASSERT_TRUE(world.control->Connect());
  ASSERT_TRUE(world.Until([&] { return world.control->app().table().Find(caller) != nullptr; }));
  ASSERT_FALSE(world.control->app().serving()) << "the nodes are asked";
  world.asterisk.CallerHangsUp(caller);
  ASSERT_TRUE(world.UntilNoCalls());
  world.media.SetStopped(ControlWorld::kNode1, false);
  world.media.SetStopped(ControlWorld::kNode2, false);
  world.RunFor(seconds(2));
  EXPECT_TRUE(world.asterisk.dialled().empty());
  ExpectClean(world);
}

TEST(Adoption, MediaThatIsGoneMeanwhileIsReplaced) {
  World world;
  world.Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
  world.Kill();
  world.media.Kill(ControlWorld::kNode1);
  world.media.Kill(ControlWorld::kNode2);
  world.media.Return(ControlWorld::kNode1);
  world.media.Return(ControlWorld::kNode2);
  world.RunFor(seconds(1));
  world.Start();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
  ASSERT_TRUE(world.Until([&] { return world.control->Metric("benari_control_media_replaced_total") == 1; }));
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.asterisk.CallerHangsUp(caller);
  ExpectClean(world);
}

TEST(Adoption, ANewInstanceTakesOverWhileTheOldOneRuns) {
  World world;
  world.Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
  world.Start();
  EXPECT_TRUE(world.earlier.back()->replaced());
  world.earlier.back()->Kill();  // what main does then
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kConnected));
  world.asterisk.CallerHangsUp(caller);
  ExpectClean(world);
}

TEST(Adoption, WithoutAControlLeasesRunOut) {
  World world;
  world.Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
  world.Kill();
  EXPECT_NE(world.media.Leftovers(), "");
  world.RunFor(seconds(11));
  EXPECT_EQ(world.media.Leftovers(), "");
}

TEST(Reconnect, WhatHappenedMeanwhileIsLearnt) {
  for (const CallPhase phase : {CallPhase::kEcho, CallPhase::kDialing, CallPhase::kConnected}) {
    SCOPED_TRACE(ToString(phase));
    World world;
    world.asterisk.SetDestination("", Destination::Answers(seconds(1)));
    world.Start();
    const std::string caller = world.Caller();
    ASSERT_TRUE(world.UntilPhase(caller, phase));
    world.control->Disconnect();
    world.asterisk.CallerHangsUp(caller);
    world.RunFor(seconds(2));
    ASSERT_TRUE(world.control->Connect());
    ExpectClean(world);
  }
}

TEST(Reconnect, AfterAsteriskRestartedNothingIsKept) {
  World world;
  world.Start();
  const std::string caller = world.Caller();
  ASSERT_TRUE(world.UntilPhase(caller, CallPhase::kEcho));
  world.asterisk.Stop();
  world.control->app().OnAsteriskDead();
  world.RunFor(seconds(1));
  EXPECT_EQ(world.media.Leftovers(), "") << "leases are released at once";
  world.asterisk.Start();
  ASSERT_TRUE(world.control->Connect());
  ExpectClean(world);
}

TEST(Sweep, RemovesWhatBelongsToNobodyAndNothingElse) {
  World world;
  world.Start();
  world.asterisk.CreateBridge("benari.lost.bridge");
  world.asterisk.CreateBridge("benari-2.theirs.bridge");
  world.asterisk.CreateBridge("somebody");
  world.RunFor(seconds(35));
  EXPECT_EQ(world.control->Metric("benari_control_swept_total"), 1);
  EXPECT_EQ(world.asterisk.bridges().size(), 2u);
  EXPECT_FALSE(world.asterisk.bridges().contains("benari.lost.bridge"));
}

}  // namespace
}  // namespace benari::control
