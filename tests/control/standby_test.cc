// An instance that was replaced waits, and knows when the other one is gone.
#include "control/app/standby.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

using std::chrono::seconds;

// A standby beside a world whose control serves or not.
class StandbyTest : public ::testing::Test {
 protected:
  void StandBy(bool fenced = false,
               std::chrono::milliseconds renew_interval = std::chrono::milliseconds(500)) {
    nodes_.SetListed({ControlWorld::kNode1, ControlWorld::kNode2});
    began_ = world.timers.Now();
    const Standby::Options options{seconds(5), fenced, "voicebot1", renew_interval};
    standby_ = std::make_unique<Standby>(world.loop.get_executor(), media_, ari_, nodes_, process_, options);
    boost::asio::co_spawn(world.loop, standby_->WaitUntilNobodyServes(), [this](std::exception_ptr error) {
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
  bool cut_ = false;  // who stands by from all nodes but the second
  fakes::FaultPlan faults_;
  fakes::FakeMediaClient media_{process_, world.media, faults_, fakes::FakeMediaClient::Options()};
  MediaNodes nodes_;
  fakes::ModelAriClient ari_{process_, world.asterisk, faults_, fakes::ModelAriClient::Options()};
  std::unique_ptr<Standby> standby_;
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

// The only node that it reaches: of a machine that is cut off the others are not.
TEST_F(StandbyTest, AnswersThatAreLostNowAndThenDoNotKeepItWaiting) {
  world.media.Kill(ControlWorld::kNode2);
  faults_.ChooseWith([](const fakes::Step& step) {
    fakes::Fault fault;
    if (step.operation == "media.ListSessions" && step.to == ControlWorld::kNode1 && step.nth / 2 % 4 == 3)
      fault.kind = fakes::FaultKind::kTimeoutBefore;
    return fault;
  });
  world.Start();
  StandBy();
  world.RunFor(seconds(60));
  EXPECT_FALSE(Ended());
  world.Kill();
  EXPECT_TRUE(world.Until([this] { return Ended(); }, seconds(8)));
}

// Both were replaced by one another: the one that Asterisk served last knows that nobody serves.
TEST_F(StandbyTest, WhoWasFencedWhileItServedTakesOverWithinASecond) {
  world.Start();
  world.RunFor(seconds(2));
  world.Kill();
  StandBy(/*fenced=*/true);
  ASSERT_TRUE(world.Until([this] { return Ended(); }));
  EXPECT_LE(*ended_ - began_, std::chrono::milliseconds(1300));
}

TEST_F(StandbyTest, WhoWasFencedWaitsForTwoRenewals) {
  world.Start();
  world.RunFor(seconds(2));
  world.Kill();
  StandBy(/*fenced=*/true, seconds(2));
  ASSERT_TRUE(world.Until([this] { return Ended(); }));
  EXPECT_GE(*ended_ - began_, seconds(4));
  EXPECT_LE(*ended_ - began_, std::chrono::milliseconds(4600));
}

TEST_F(StandbyTest, WhoWasFencedWaitsAsLongAsAnotherServes) {
  world.Start();
  StandBy(/*fenced=*/true);
  world.RunFor(seconds(60));
  EXPECT_FALSE(Ended());
  world.Kill();
  const Clock::Time killed = world.timers.Now();
  ASSERT_TRUE(world.Until([this] { return Ended(); }));
  EXPECT_GE(*ended_ - killed, seconds(4)) << "a pause of the other is forgiven";
}

// Its machine is cut off, with one of the nodes, and the other control serves outside.
TEST_F(StandbyTest, WithoutAsteriskItWaitsAndLooksAgainOnceItAnswers) {
  world.Start();
  cut_ = true;
  faults_.ChooseWith([this](const fakes::Step& step) {
    fakes::Fault fault;
    if (cut_ && step.to != ControlWorld::kNode2) fault.kind = fakes::FaultKind::kTimeoutBefore;
    return fault;
  });
  world.media.SetReachable(ControlWorld::kNode2, false);  // by the one that serves
  world.media.Kill(ControlWorld::kNode2);
  world.media.Return(ControlWorld::kNode2);
  StandBy();
  world.RunFor(seconds(60));
  EXPECT_FALSE(Ended());
  cut_ = false;
  world.RunFor(seconds(60));
  EXPECT_FALSE(Ended()) << "the other one serves";
}

TEST(Epoch, ASuccessorIsFoundByItsEpochAndOnlyThen) {
  ControlWorld world;
  world.Start();
  std::optional<std::string> successor;
  const auto find = [&](ControlProcess& control) {
    successor.reset();
    boost::asio::co_spawn(world.loop, control.app().epoch().FindSuccessor(seconds(6), seconds(5)),
                          [&](std::exception_ptr, std::string found) { successor = found; });
    return world.Until([&] { return successor.has_value(); }, seconds(10));
  };
  ASSERT_TRUE(find(*world.control));
  EXPECT_EQ(*successor, "");
  world.Start();
  world.RunFor(seconds(1));
  world.media.SetStopped(ControlWorld::kNode1, true);
  ASSERT_TRUE(find(*world.earlier.front())) << "one node that answers is enough";
  EXPECT_NE(*successor, "");
  ASSERT_TRUE(find(*world.control));
  EXPECT_EQ(*successor, "");
  world.media.SetStopped(ControlWorld::kNode1, false);
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
