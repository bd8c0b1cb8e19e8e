#include "tests/sim/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/control/control_world.h"

namespace benari::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr char kSomebodys[] = "somebody's";

// A control whose caller hears nothing, as its ExternalMedia channel takes so long.
class ChecksTest : public testing::Test {
 protected:
  ChecksTest() {
    scenario.nodes = {control::ControlWorld::kNode1, control::ControlWorld::kNode2};
    world.Start();
    fakes::Fault late{fakes::FaultKind::kDelayed};
    late.late = milliseconds(4500);
    world.control->faults().Add("ari.CreateExternalMedia", 1, late);
    watched.process = world.control.get();
    watched.started = world.timers.Now();
    caller = world.Caller();
  }

  // Checks as a simulation does it; what is wrong first.
  std::string CheckFor(Clock::Duration duration) {
    const Clock::Time end = world.timers.Now() + duration;
    std::string wrong;
    while (wrong.empty() && world.timers.Now() < end) {
      world.Until([&] { return !(wrong = checks.Step()).empty(); }, kLookInterval);
      if (wrong.empty()) wrong = checks.Look(world.timers.Now(), {&watched}, &watched);
    }
    return wrong;
  }

  control::ControlWorld world;
  Scenario scenario;
  Checks checks{scenario, world.timers.Now(), world.asterisk, world.media};
  Watched watched;
  std::string caller;
};

TEST_F(ChecksTest, ACallerWhoHearsNothingIsReported) {
  EXPECT_THAT(CheckFor(seconds(4)), HasSubstr("hears nothing"));
}

TEST_F(ChecksTest, WhatACallerHeardBetweenTwoLooksCounts) {
  EXPECT_EQ(CheckFor(milliseconds(1750)), "");
  world.asterisk.CreateBridge(kSomebodys);
  world.asterisk.AddToBridge(kSomebodys, {caller});
  ASSERT_FALSE(world.Until(
      [&] {
        EXPECT_EQ(checks.Step(), "");
        return false;
      },
      kLookInterval / 4));
  ASSERT_EQ(world.asterisk.channels().at(caller).bridge_id, kSomebodys);
  world.asterisk.DestroyBridge(kSomebodys);
  EXPECT_EQ(CheckFor(seconds(2)), "") << "counts from when it heard nothing again";
  EXPECT_THAT(CheckFor(milliseconds(500)), HasSubstr("hears nothing"));
}

}  // namespace
}  // namespace benari::sim
