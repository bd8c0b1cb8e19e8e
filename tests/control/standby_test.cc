// An instance that was replaced waits, and knows when the other one is gone.
#include "control/standby.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using std::chrono::seconds;

// A standby beside a world whose control serves or not.
class StandbyTest : public ::testing::Test {
 protected:
  void StandBy() {
    nodes_.SetListed({ControlWorld::kNode1, ControlWorld::kNode2});
    began_ = world.timers.Now();
    boost::asio::co_spawn(world.loop, standby_.WaitUntilNobodyServes(), [this](std::exception_ptr error) {
      EXPECT_EQ(error, nullptr);
      ended_ = world.timers.Now();
    });
  }
  // Whoever still waits at the end of a test learns that nobody serves: a coroutine that waits owns itself.
  void TearDown() override {
    if (world.control != nullptr) world.Kill();
    EXPECT_TRUE(world.Until([this] { return Ended(); }));
  }
  bool Ended() const { return ended_.has_value(); }
  seconds Waited() const { return std::chrono::round<seconds>(*ended_ - began_); }

  ControlWorld world;
  fakes::Process process_{world.loop, world.timers};
  fakes::FaultPlan faults_;
  fakes::FakeMediaClient media_{process_, world.media, faults_, fakes::FakeMediaClient::Options()};
  MediaNodes nodes_;
  Standby standby_{world.loop.get_executor(), media_, nodes_, process_, seconds(5)};
  Clock::Time began_;
  std::optional<Clock::Time> ended_;
};

TEST_F(StandbyTest, WaitsAsLongAsTheOtherServes) {
  world.Start();
  StandBy();
  world.RunFor(std::chrono::hours(1));
  EXPECT_FALSE(Ended());
  world.Kill();
  const Clock::Time killed = world.timers.Now();
  ASSERT_TRUE(world.Until([this] { return Ended(); }));
  EXPECT_GE(*ended_ - killed, seconds(4));
  EXPECT_LE(*ended_ - killed, seconds(6)) << "leases live ten seconds";
}

TEST_F(StandbyTest, OneNodeThatHearsOfTheOtherIsEnough) {
  world.Start();
  world.media.Kill(ControlWorld::kNode1);
  StandBy();
  world.RunFor(seconds(60));
  EXPECT_FALSE(Ended());
  world.media.Return(ControlWorld::kNode1);  // heard of nobody yet
  world.media.SetReachable(ControlWorld::kNode2, false);
  world.RunFor(seconds(60));
  EXPECT_FALSE(Ended());
}

TEST_F(StandbyTest, WhereNobodyEverServedItWaitsItsTime) {
  StandBy();
  ASSERT_TRUE(world.Until([this] { return Ended(); }));
  EXPECT_EQ(Waited(), seconds(5));
}

TEST_F(StandbyTest, WithoutAnyNodeItKnowsNothingAndWaits) {
  world.media.Kill(ControlWorld::kNode1);
  world.media.Kill(ControlWorld::kNode2);
  StandBy();
  world.RunFor(seconds(60));
  EXPECT_FALSE(Ended());
  world.media.Return(ControlWorld::kNode2);
  EXPECT_TRUE(world.Until([this] { return Ended(); }));
}

TEST_F(StandbyTest, APauseOfTheOtherIsForgiven) {
  world.Start();
  StandBy();
  for (int i = 0; i < 5; ++i) {
    world.control->process().Stop();
    world.RunFor(seconds(3));
    world.control->process().Continue();
    world.RunFor(seconds(2));
  }
  EXPECT_FALSE(Ended());
}

}  // namespace
}  // namespace benari::control
