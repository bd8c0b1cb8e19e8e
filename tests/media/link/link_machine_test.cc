#include "media/link/link_machine.h"

#include <gmock/gmock.h>

namespace benari::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Next = LinkMachine::Next;

class LinkMachineTest : public ::testing::Test {
 protected:
  LinkMachine Machine(milliseconds reconnect) {
    return LinkMachine(reconnect, now_, [] { return 1.0; });
  }
  // Fails each attempt at once, until the machine ends; returns how many there were.
  int FailAll(LinkMachine& machine) {
    int attempts = 0;
    for (Next next = machine.OnTime(now_); next != Next::kEnd; next = machine.OnTime(now_)) {
      if (next == Next::kDial) {
        ++attempts;
        machine.OnFailed(now_, true);
      } else {
        now_ = machine.due();
      }
    }
    return attempts;
  }
  void Open(LinkMachine& machine) {
    ASSERT_EQ(machine.OnTime(now_), Next::kDial);
    machine.OnOpened(now_);
  }

  LinkMachine::Time now_ = LinkMachine::Time() + seconds(1000);
};

TEST_F(LinkMachineTest, DialsAtOnceAndWaitsForTheAnswer) {
  LinkMachine machine = Machine(seconds(10));
  EXPECT_EQ(machine.phase(), LinkPhase::kConnecting);
  EXPECT_EQ(machine.OnTime(now_), Next::kDial);
  EXPECT_EQ(machine.OnTime(now_), Next::kWait);
  machine.OnOpened(now_);
  EXPECT_EQ(machine.phase(), LinkPhase::kReady);
  EXPECT_EQ(machine.OnTime(now_ + std::chrono::hours(24)), Next::kWait);
}

TEST_F(LinkMachineTest, ABotThatIsNotReachedIsDialledWithBackoffUntilTheTimeIsOver) {
  const auto start = now_;
  LinkMachine machine = Machine(seconds(10));
  // 0.1 + 0.2 + 0.4 + 0.8 + 1.6 + 2 + 2 + 2 = 9.1 s: the next one would come too late.
  EXPECT_EQ(FailAll(machine), 9);
  EXPECT_EQ(machine.phase(), LinkPhase::kUnreachable);
  EXPECT_LE(now_, start + seconds(10));
}

TEST_F(LinkMachineTest, WithoutReconnectThereIsOneAttempt) {
  LinkMachine machine = Machine(seconds(0));
  EXPECT_EQ(FailAll(machine), 1);
  EXPECT_EQ(machine.phase(), LinkPhase::kUnreachable);

  LinkMachine lost = Machine(seconds(0));
  Open(lost);
  lost.OnLost(now_ + seconds(60));
  EXPECT_EQ(lost.OnTime(now_ + seconds(60)), Next::kEnd);
  EXPECT_EQ(lost.phase(), LinkPhase::kLost);
}

TEST_F(LinkMachineTest, TheFirstAttemptHasItsFullTimeALaterOneIsCut) {
  LinkMachine machine = Machine(seconds(3));
  ASSERT_EQ(machine.OnTime(now_), Next::kDial);
  EXPECT_EQ(machine.OnTime(now_ + seconds(5)), Next::kWait) << "no name, no TCP yet";
  machine.OnFailed(now_ + seconds(1), true);
  ASSERT_EQ(machine.OnTime(now_ + milliseconds(1100)), Next::kDial);
  EXPECT_EQ(machine.due(), now_ + seconds(3));
  EXPECT_EQ(machine.OnTime(now_ + milliseconds(2999)), Next::kWait);
  EXPECT_EQ(machine.OnTime(now_ + seconds(3)), Next::kEnd);
  machine.OnFailed(now_ + seconds(3), true);  // as it was cut
  EXPECT_EQ(machine.phase(), LinkPhase::kUnreachable);
}

TEST_F(LinkMachineTest, WhatCannotPassIsNotTriedAgain) {
  LinkMachine machine = Machine(seconds(10));
  ASSERT_EQ(machine.OnTime(now_), Next::kDial);
  machine.OnFailed(now_, /*may_pass=*/false);
  EXPECT_EQ(machine.OnTime(now_), Next::kEnd);
  EXPECT_EQ(machine.phase(), LinkPhase::kUnreachable);
}

TEST_F(LinkMachineTest, ABotThatIsLostIsDialledAtOnceAndHasItsTimeFromThen) {
  LinkMachine machine = Machine(seconds(10));
  Open(machine);
  now_ += seconds(60);
  machine.OnLost(now_);
  EXPECT_EQ(machine.phase(), LinkPhase::kReconnecting);
  Open(machine);
  EXPECT_EQ(machine.phase(), LinkPhase::kReady);
  now_ += seconds(60);
  machine.OnLost(now_);
  EXPECT_EQ(FailAll(machine), 9);
  EXPECT_EQ(machine.phase(), LinkPhase::kLost);
}

TEST_F(LinkMachineTest, ABotThatBreaksWhenItIsReachedGetsNoNewTime) {
  const auto start = now_;
  LinkMachine machine = Machine(seconds(10));
  int opened = 0;
  for (Next next = machine.OnTime(now_); next != Next::kEnd; next = machine.OnTime(now_)) {
    if (next == Next::kDial) {
      ++opened;
      machine.OnOpened(now_);
      now_ += milliseconds(10);
      machine.OnLost(now_);
    } else {
      now_ = machine.due();
    }
  }
  EXPECT_EQ(machine.phase(), LinkPhase::kLost);
  EXPECT_LE(opened, 11);
  EXPECT_LE(now_, start + seconds(11));
}

TEST_F(LinkMachineTest, AStableConnectionGivesNewTime) {
  LinkMachine machine = Machine(seconds(10));
  for (int i = 0; i < 100; ++i) {
    Open(machine);
    now_ += seconds(5);
    machine.OnLost(now_);
    ASSERT_EQ(machine.phase(), LinkPhase::kReconnecting);
  }
}

TEST_F(LinkMachineTest, ClosedRefusedAndStoppedAreTheEnd) {
  LinkMachine closed = Machine(seconds(10));
  Open(closed);
  closed.OnClosed();
  EXPECT_EQ(closed.OnTime(now_), Next::kEnd);
  EXPECT_EQ(closed.phase(), LinkPhase::kClosed);
  LinkMachine refused = Machine(seconds(10));
  ASSERT_EQ(refused.OnTime(now_), Next::kDial);
  refused.OnRefused();
  EXPECT_EQ(refused.OnTime(now_), Next::kEnd);
  EXPECT_EQ(refused.phase(), LinkPhase::kRefused);
  LinkMachine stopped = Machine(seconds(10));
  stopped.OnStopped();
  EXPECT_EQ(stopped.OnTime(now_), Next::kEnd);
}

}  // namespace
}  // namespace benari::media
