// What media nodes tell of sessions, while somebody looks.
#include "control/nodes/media_stats.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>

#include "tests/control/control_world.h"

namespace benari::control {
namespace {

class MediaStatsTest : public ::testing::Test {
 protected:
  MediaStatsTest() {
    world_.Start();
    stats_ = std::make_unique<MediaStats>(world_.loop.get_executor(), world_.control->media(),
                                          world_.control->nodes(), world_.timers, ids_);
  }

  void Refresh() {
    boost::asio::co_spawn(world_.loop, stats_->Refresh(), boost::asio::detached);
    world_.RunFor(std::chrono::milliseconds(10));
  }

  ControlWorld world_;
  const Ids ids_{"benari"};
  std::unique_ptr<MediaStats> stats_;
};

TEST_F(MediaStatsTest, TellsOfEachCallOnWhicheverNode) {
  const std::string first = world_.Caller();
  const std::string second = world_.Caller();
  ASSERT_TRUE(world_.UntilPhase(first, CallPhase::kEcho));
  ASSERT_TRUE(world_.UntilPhase(second, CallPhase::kEcho));
  Refresh();
  ASSERT_EQ(stats_->sessions().size(), 2u);
  EXPECT_NE(stats_->sessions().at(first).node, stats_->sessions().at(second).node);
  EXPECT_EQ(stats_->sessions().at(first).info.state, SessionState::kRunning);
}

TEST_F(MediaStatsTest, AsksOnceASecondAtMost) {
  Refresh();
  const uint64_t version = stats_->version();
  EXPECT_EQ(version, 1u);
  for (int i = 0; i < 20; ++i) Refresh();
  EXPECT_EQ(stats_->version(), version);
  world_.RunFor(MediaStats::kFresh);
  Refresh();
  EXPECT_EQ(stats_->version(), version + 1);
}

TEST_F(MediaStatsTest, ANodeThatDoesNotAnswerHidesNoOther) {
  const std::string first = world_.Caller();
  const std::string second = world_.Caller();
  ASSERT_TRUE(world_.UntilPhase(first, CallPhase::kEcho));
  ASSERT_TRUE(world_.UntilPhase(second, CallPhase::kEcho));
  world_.media.SetReachable(ControlWorld::kNode1, false);
  boost::asio::co_spawn(world_.loop, stats_->Refresh(), boost::asio::detached);
  ASSERT_TRUE(world_.Until([this] { return stats_->version() == 1; }));
  ASSERT_EQ(stats_->sessions().size(), 1u);
  EXPECT_EQ(stats_->sessions().begin()->second.node, ControlWorld::kNode2);
}

TEST_F(MediaStatsTest, OfACallWhoseMediaWasReplacedTheNewestCounts) {
  const std::string caller = world_.Caller();
  ASSERT_TRUE(world_.UntilPhase(caller, CallPhase::kEcho));
  Refresh();
  const MediaStats::Session before = stats_->sessions().at(caller);
  world_.media.Kill(before.node);
  ASSERT_TRUE(world_.Until([&] {
    const auto call = world_.control->app().table().Find(caller);
    return call->media().node() != before.node && call->media().made();
  }));
  world_.RunFor(MediaStats::kFresh);
  Refresh();
  EXPECT_NE(stats_->sessions().at(caller).node, before.node);
  EXPECT_GT(stats_->sessions().at(caller).number, before.number);
}

}  // namespace
}  // namespace benari::control
