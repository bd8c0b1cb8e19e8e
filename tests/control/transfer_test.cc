// A party of a call transfers it to somebody else by its phone (REFER, blind or attended): Asterisk puts a
// channel of its own in that party's place in the bridge.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using fakes::Destination;
using std::chrono::milliseconds;
using std::chrono::seconds;

class TransferTest : public ::testing::Test {
 protected:
  void Begin(CallConfig config = {}, fakes::AsteriskOptions asterisk = {}) {
    world = std::make_unique<ControlWorld>(config, asterisk);
    world->asterisk.SetDestination("", Destination::Answers());
    world->Start();
    caller = world->Caller();
  }
  std::string destination() const { return "benari." + caller + ".destination"; }
  std::string bridge() const { return "benari." + caller + ".bridge"; }
  std::vector<std::string> Members() const {
    const auto found = world->asterisk.bridges().find(bridge());
    if (found == world->asterisk.bridges().end()) return {};
    std::vector<std::string> members = found->second.ari.channel_ids;
    std::sort(members.begin(), members.end());
    return members;
  }
  bool UntilMembers(std::vector<std::string> expected) {
    std::sort(expected.begin(), expected.end());
    return world->Until([&] { return Members() == expected; }, seconds(2));
  }
  void ExpectClean(CallOutcome outcome) {
    EXPECT_TRUE(world->UntilNoCalls());
    world->RunFor(seconds(15));
    EXPECT_EQ(world->Leftovers(), "");
    EXPECT_EQ(world->Ended(outcome), 1) << "expected " << ToString(outcome);
    EXPECT_EQ(world->control->Metric("benari_control_undo_failures_total"), 0);
    EXPECT_EQ(world->control->Metric("benari_control_swept_total"), 0);
  }

  static bool IsList(const fakes::Step& step) {
    return step.operation == "ari.GetApplication" || step.operation == "ari.ListBridges" ||
           step.operation == "ari.ListChannels";
  }
  // Each list takes 100 ms and each event 200 ms.
  static void MakeSlow(ControlProcess& control) {
    control.ari().DelayEvents([] { return milliseconds(200); });
    control.faults().ChooseWith([](const fakes::Step& step) {
      fakes::Fault fault;
      if (IsList(step)) fault.kind = fakes::FaultKind::kDelayed;
      if (IsList(step)) fault.delay = milliseconds(100);
      return fault;
    });
  }
  void StartSlowly() {
    const std::vector<std::string> nodes = {ControlWorld::kNode1, ControlWorld::kNode2};
    world->control = std::make_unique<ControlProcess>(world->loop, world->timers, world->asterisk,
                                                      world->media, nodes, world->config, world->options);
    MakeSlow(*world->control);
    ASSERT_TRUE(world->control->Connect());
    ASSERT_TRUE(world->Until([this] { return world->control->app().serving(); }));
  }
  // Of which each round has three, that began in this process.
  long Lists() const {
    const auto& steps = world->control->faults().steps();
    return std::count_if(steps.begin(), steps.end(), IsList);
  }

  std::unique_ptr<ControlWorld> world;
  std::string caller;
};

TEST_F(TransferTest, InTheEchoTheNewCallerGoesOnToTheDestination) {
  for (const bool phone_hangs_up : {true, false}) {
    SCOPED_TRACE(phone_hangs_up);
    Begin();
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
    world->RunFor(seconds(1));
    const std::string newcomer = world->asterisk.Transfer(caller, phone_hangs_up);
    ASSERT_TRUE(UntilMembers({newcomer, "benari." + caller + ".media1"}));
    world->RunFor(seconds(1));
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
    ASSERT_TRUE(UntilMembers({newcomer, destination()}));
    world->RunFor(seconds(60));
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
    world->asterisk.DestinationHangsUp(newcomer);
    ExpectClean(CallOutcome::kCompleted);
  }
}

TEST_F(TransferTest, WhoHangsUpInTheEchoEndsTheCallAsACallerDoes) {
  Begin();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  const std::string newcomer = world->asterisk.Transfer(caller);
  world->RunFor(seconds(1));
  world->asterisk.DestinationHangsUp(newcomer);
  ExpectClean(CallOutcome::kCallerHungUp);
}

TEST_F(TransferTest, WhenConnectedEitherSideMayTransferAndHangUp) {
  for (const bool by_caller : {true, false}) {
    for (const bool newcomer_hangs_up : {true, false}) {
      SCOPED_TRACE(testing::Message() << by_caller << newcomer_hangs_up);
      Begin();
      ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
      const std::string left = by_caller ? caller : destination();
      const std::string stays = by_caller ? destination() : caller;
      const std::string newcomer = world->asterisk.Transfer(left);
      ASSERT_TRUE(UntilMembers({newcomer, stays}));
      world->RunFor(seconds(60));
      ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
      ASSERT_TRUE(UntilMembers({newcomer, stays}));
      if (!newcomer_hangs_up && by_caller) world->asterisk.DestinationHangsUp(stays);
      if (!newcomer_hangs_up && !by_caller) world->asterisk.CallerHangsUp(stays);
      if (newcomer_hangs_up) world->asterisk.DestinationHangsUp(newcomer);
      ExpectClean(CallOutcome::kCompleted);
    }
  }
}

// Each change of a partner joins both anew, so that nobody keeps the translation path of an earlier one.
TEST_F(TransferTest, BothAreJoinedAnew) {
  Begin();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
  const auto joins = [&] {
    const auto& steps = world->control->faults().steps();
    return std::count_if(steps.begin(), steps.end(),
                         [](const fakes::Step& step) { return step.operation == "ari.AddToBridge"; });
  };
  const auto in_echo = joins();
  world->asterisk.Transfer(caller);
  world->RunFor(seconds(1));
  EXPECT_EQ(joins(), in_echo + 1);
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->RunFor(seconds(1));
  const auto connected = joins();
  world->asterisk.Transfer(destination());
  world->RunFor(seconds(1));
  EXPECT_EQ(joins(), connected + 1);
  world->control->app().EndCalls();
  ExpectClean(CallOutcome::kStopped);
}

TEST_F(TransferTest, TwiceAndByBoth) {
  Begin();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  const std::string second = world->asterisk.Transfer(caller);
  world->RunFor(seconds(1));
  const std::string third = world->asterisk.Transfer(second);
  const std::string other = world->asterisk.Transfer(destination());
  ASSERT_TRUE(UntilMembers({third, other}));
  world->RunFor(seconds(60));
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->asterisk.DestinationHangsUp(third);
  ExpectClean(CallOutcome::kCompleted);
}

// It is gone before it is joined with the newcomer.
TEST_F(TransferTest, TheOtherOneHangsUpAtOnceAndTheCallEnds) {
  for (int ms = 0; ms < 30; ++ms) {
    SCOPED_TRACE(ms);
    Begin();
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
    world->asterisk.Transfer(caller);
    world->RunFor(milliseconds(ms));
    world->asterisk.DestinationHangsUp(destination());
    EXPECT_TRUE(world->Until([&] { return world->control->app().table().size() == 0; }, seconds(1)));
    ExpectClean(CallOutcome::kCompleted);
  }
}

TEST_F(TransferTest, AtAnyMomentNothingIsLeft) {
  for (int ms = 0; ms < 7600; ms = (ms < 60 || ms > 6980) && ms < 7060 ? ms + 1 : ms + 397) {
    SCOPED_TRACE(ms);
    Begin();
    world->RunFor(milliseconds(ms));
    const std::string newcomer = world->asterisk.Transfer(caller);
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
    EXPECT_EQ(Members().size(), 2u);
    world->control->app().EndCalls();
    EXPECT_TRUE(world->UntilNoCalls());
    world->RunFor(seconds(15));
    EXPECT_EQ(world->Leftovers(), "");
  }
}

TEST_F(TransferTest, AsTheCallIsReleasedNothingIsLeft) {
  for (int ms = 0; ms < 12; ++ms) {
    for (const bool by_caller : {true, false}) {
      SCOPED_TRACE(testing::Message() << ms << by_caller);
      Begin();
      ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
      world->control->app().EndCalls();
      world->RunFor(milliseconds(ms));
      world->asterisk.Transfer(by_caller ? caller : destination());
      EXPECT_TRUE(world->UntilNoCalls());
      world->RunFor(seconds(15));
      EXPECT_EQ(world->Leftovers(), "");
    }
  }
}

TEST_F(TransferTest, AsTheCallIsReleasedTheNewCallerIsToldWhy) {
  CallConfig config;
  config.on_media_lost = OnMediaLost::kHangUp;
  int transferred = 0;
  for (int ms = 0; ms < 20; ++ms) {
    SCOPED_TRACE(ms);
    Begin(config);
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
    for (const char* node : {ControlWorld::kNode1, ControlWorld::kNode2}) world->media.Kill(node);
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kReleasing));
    world->RunFor(milliseconds(ms));
    const std::string newcomer = world->asterisk.Transfer(caller);
    EXPECT_TRUE(world->UntilNoCalls());
    if (newcomer.empty()) continue;
    ++transferred;
    world->RunFor(seconds(1));
    ASSERT_TRUE(world->asterisk.EndOf(newcomer).has_value());
    EXPECT_EQ(world->asterisk.EndOf(newcomer)->cause, 34) << "no media";
  }
  EXPECT_GT(transferred, 0);
}

// Asterisk is asked for the app, the bridges and the channels one after the other.
TEST_F(TransferTest, BetweenTheListsOfAProcessThatStartsNobodyIsHungUp) {
  for (int ms = 0; ms < 30; ++ms) {
    SCOPED_TRACE(ms);
    Begin();
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kEcho));
    world->Kill();
    std::string newcomer;
    world->timers.RunAt(world->timers.Now() + milliseconds(ms),
                        [&] { newcomer = world->asterisk.Transfer(caller); });
    world->Start();
    ASSERT_TRUE(world->Until([&] { return !newcomer.empty(); }));
    ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
    EXPECT_TRUE(UntilMembers({newcomer, world->control->app().table().Find(caller)->destination()}));
    world->asterisk.DestinationHangsUp(newcomer);
    ExpectClean(CallOutcome::kCompleted);
  }
}

// The event that names the newcomer comes after the lists; they show that the one who left is gone.
TEST_F(TransferTest, BetweenTheListsOfASweepNobodyIsHungUp) {
  for (const bool starts : {false, true}) {
    for (int ms = 0; ms < 400; ms += 10) {
      SCOPED_TRACE(testing::Message() << starts << " " << ms);
      Begin();
      ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
      if (starts) world->Kill();
      std::string newcomer;
      if (starts) {
        world->timers.RunAt(world->timers.Now() + milliseconds(ms),
                            [&] { newcomer = world->asterisk.Transfer(caller); });
        StartSlowly();
      } else {
        MakeSlow(*world->control);
        ASSERT_TRUE(world->Until([&] { return Lists() > 3; }));
        world->RunFor(milliseconds(ms));
        newcomer = world->asterisk.Transfer(caller);
      }
      world->RunFor(seconds(60));
      ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
      EXPECT_TRUE(UntilMembers({newcomer, world->control->app().table().Find(caller)->destination()}));
      world->asterisk.DestinationHangsUp(newcomer);
      ExpectClean(CallOutcome::kCompleted);
    }
  }
}

TEST_F(TransferTest, WhatHappenedWhileAwayIsLearnt) {
  for (const bool by_caller : {true, false}) {
    for (const CallPhase phase : {CallPhase::kEcho, CallPhase::kConnected}) {
      if (!by_caller && phase == CallPhase::kEcho) continue;
      for (const bool killed : {true, false}) {
        SCOPED_TRACE(testing::Message() << by_caller << ToString(phase) << killed);
        Begin();
        ASSERT_TRUE(world->UntilPhase(caller, phase));
        if (killed) {
          world->Kill();
        } else {
          world->control->Disconnect();
        }
        const std::string left = by_caller ? caller : destination();
        const std::string newcomer = world->asterisk.Transfer(left);
        world->RunFor(seconds(1));
        if (killed) {
          world->Start();
        } else {
          ASSERT_TRUE(world->control->Connect());
        }
        ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
        world->RunFor(seconds(60));
        ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
        const std::vector<std::string> members = Members();
        EXPECT_EQ(members.size(), 2u);
        EXPECT_EQ(std::count(members.begin(), members.end(), newcomer), 1);
        world->asterisk.DestinationHangsUp(newcomer);
        ExpectClean(CallOutcome::kCompleted);
      }
    }
  }
}

TEST_F(TransferTest, ACallThatWasTransferredIsAdopted) {
  Begin();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  const std::string newcomer = world->asterisk.Transfer(caller);
  const std::string other = world->asterisk.Transfer(destination());
  world->RunFor(seconds(1));
  world->Kill();
  world->Start();
  ASSERT_TRUE(world->UntilPhase(caller, CallPhase::kConnected));
  world->RunFor(seconds(40));
  ASSERT_TRUE(UntilMembers({newcomer, other}));
  world->asterisk.DestinationHangsUp(other);
  ExpectClean(CallOutcome::kCompleted);
}

}  // namespace
}  // namespace benari::control
