// Which silence makes a media node a lost one, and what its watch costs.
#include "control/nodes/lease_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/fakes/fake_media_client.h"

namespace benari::control {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kNode = "media-1:50051";
const std::string kOther = "media-2:50051";

// A keeper beside media nodes that are modelled; nothing else.
class LeaseKeeperTest : public ::testing::Test {
 protected:
  LeaseKeeperTest() {
    media.AddNode(kNode);
    media.AddNode(kOther);
  }
  ~LeaseKeeperTest() override {
    process.Kill();
    if (keeper != nullptr) keeper->Stop();
  }

  void Start(const std::vector<std::string>& addresses, LeaseKeeper::Options options = {}) {
    nodes.SetListed(addresses);
    keeper = std::make_unique<LeaseKeeper>(loop.get_executor(), client, nodes, process, options);
    keeper->Watch();
    ASSERT_TRUE(fakes::Settle(loop, timers, [&] { return nodes.IsUp(addresses.front()); }));
  }
  void RunFor(Clock::Duration duration) { fakes::SettleFor(loop, timers, duration); }
  // Leased at the node, and kept; what becomes of it is in `lost` and `told`.
  void Lease(const std::string& id, const std::string& node = kNode, bool for_bot = false) {
    media.Living(node).LeasePort({"benari", 1}, id, seconds(15));
    LeaseKeeper::Listener listener;
    listener.runs_bot = for_bot;
    listener.on_lost = [this, id](const std::string&) { lost.push_back(id); };
    listener.on_session = [this](const SessionEvent& event) { told.push_back(event.kind); };
    keeper->Add(id, node, std::move(listener));
  }
  void LeaseWithSession(const std::string& id) {
    Lease(id);
    media.Living(kNode).StartSession({"benari", 1}, SessionRequest(id, Endpoint("127.0.0.1", 20000)));
  }
  long Requests(const std::string& operation, const std::string& node = kNode) {
    return std::count_if(faults.steps().begin(), faults.steps().end(), [&](const fakes::Step& step) {
      return step.operation == operation && step.to == node;
    });
  }
  // The next `count` KeepAlives of kNode are lost on the way.
  void LoseKeepAlives(int count) {
    faults.ChooseWith([left = count](const fakes::Step& step) mutable {
      fakes::Fault fault;
      if (step.operation != "media.KeepAlive" || step.to != kNode || left == 0) return fault;
      --left;
      fault.kind = fakes::FaultKind::kTimeoutBefore;
      return fault;
    });
  }

  boost::asio::io_context loop;
  fakes::VirtualTimers timers;
  static fakes::FakeMediaOptions ManyPorts() {
    fakes::FakeMediaOptions options;
    options.ports_per_node = 12000;
    return options;
  }

  fakes::FakeMedia media{timers, ManyPorts()};
  fakes::Process process{loop, timers};
  fakes::FaultPlan faults;
  fakes::FakeMediaClient client{process, media, faults, fakes::FakeMediaClient::Options()};
  MediaNodes nodes;
  std::unique_ptr<LeaseKeeper> keeper;
  std::vector<std::string> lost;
  std::vector<SessionEventKind> told;
};

// As it starts beside a node that comes up just then.
TEST_F(LeaseKeeperTest, ALostFirstRequestIsRetriedSoonHoweverLongTheInterval) {
  LeaseKeeper::Options options;
  options.interval = seconds(5);
  LoseKeepAlives(1);
  Start({kNode, kOther}, options);
  EXPECT_EQ(Requests("media.KeepAlive"), 2);
  EXPECT_EQ(Requests("media.KeepAlive", kOther), 1) << "its next interval has passed";
}

class IntervalTest : public LeaseKeeperTest, public ::testing::WithParamInterface<int> {};

TEST_P(IntervalTest, ALostRequestLosesNoNode) {
  LeaseKeeper::Options options;
  options.interval = milliseconds(GetParam());
  Start({kNode, kOther}, options);
  Lease("lease");
  LoseKeepAlives(1);
  RunFor(seconds(20));
  EXPECT_THAT(lost, IsEmpty());
  EXPECT_TRUE(nodes.IsUp(kNode));
}

INSTANTIATE_TEST_SUITE_P(Milliseconds, IntervalTest, ::testing::Values(50, 500, 1500, 5000));

TEST_F(LeaseKeeperTest, SilenceCountsFromTheFirstRequestWithoutAnAnswer) {
  LeaseKeeper::Options options;
  options.interval = seconds(5);
  Start({kNode}, options);
  Lease("lease");
  LoseKeepAlives(3);  // half a second each: the only node has 2.5 s
  RunFor(seconds(20));
  EXPECT_THAT(lost, IsEmpty());
  LoseKeepAlives(100);
  RunFor(seconds(5) + options.lost_after_alone + seconds(1));
  EXPECT_THAT(lost, ElementsAre("lease"));
  EXPECT_FALSE(nodes.IsUp(kNode));
}

TEST_F(LeaseKeeperTest, BesideAnotherASilentNodeIsLostSooner) {
  Start({kNode, kOther});
  RunFor(seconds(3));
  Lease("lease");
  media.SetReachable(kNode, false);
  RunFor(milliseconds(1000));
  EXPECT_THAT(lost, IsEmpty());
  RunFor(milliseconds(1000));
  EXPECT_THAT(lost, ElementsAre("lease"));
}

TEST_F(LeaseKeeperTest, MoreLeasesThanARequestMayNameAreRenewedInPortions) {
  Start({kNode});
  for (size_t i = 0; i <= kMaxKeepAliveIds; ++i) Lease("lease" + std::to_string(i));
  RunFor(seconds(30));  // longer than a lease lives
  EXPECT_THAT(lost, IsEmpty());
  EXPECT_TRUE(nodes.IsUp(kNode));
  for (const std::string id : {"lease0", "lease9999"})  // one in each portion
    media.Living(kNode).ReleasePort({"benari", 1}, id);
  RunFor(seconds(2));
  EXPECT_THAT(lost, ElementsAre("lease0", "lease9999"));
}

// Ours was raised by what another node said, and reached this one by another request first.
TEST_F(LeaseKeeperTest, ARefusalOfAnEpochThatWasRaisedMeanwhileMeansNothing) {
  Start({kNode});
  bool fenced = false;
  keeper->set_on_fenced([&fenced](const std::string&) { fenced = true; });
  faults.ChooseWith([](const fakes::Step& step) {
    fakes::Fault fault;
    if (step.operation == "media.KeepAlive") fault.late = milliseconds(200);
    return fault;
  });
  RunFor(milliseconds(550));  // a KeepAlive is on its way
  client.RaiseEpoch(5);
  media.Living(kNode).KeepAlive({"benari", 5}, {}, seconds(10));
  RunFor(seconds(3));
  EXPECT_FALSE(fenced);
  EXPECT_TRUE(nodes.IsUp(kNode));
}

TEST_F(LeaseKeeperTest, ANodeThatRefusesItsWatchIsAskedNoMoreOftenThanAnother) {
  media.RefuseWatches(kNode, true);
  Start({kNode, kOther});
  RunFor(seconds(60));
  EXPECT_LE(Requests("media.KeepAlive"), Requests("media.KeepAlive", kOther) + 1);
  EXPECT_LE(Requests("media.ListSessions"), 15);
  EXPECT_GE(Requests("media.ListSessions"), 5) << "what happens there has to be learned by asking";
}

TEST_F(LeaseKeeperTest, WithoutAWatchEachChangeIsToldOnce) {
  media.RefuseWatches(kNode, true);
  Start({kNode});
  LeaseWithSession("lease");
  RunFor(seconds(60));
  EXPECT_THAT(told, ElementsAre(SessionEventKind::kMediaFlowing));
  media.LoseMedia("lease");
  RunFor(seconds(60));
  media.ResumeMedia("lease");
  RunFor(seconds(60));
  EXPECT_THAT(told, ElementsAre(SessionEventKind::kMediaFlowing, SessionEventKind::kMediaMissing,
                                SessionEventKind::kMediaFlowing));
}

TEST_F(LeaseKeeperTest, OnceItIsNoLongerRefusedTheWatchStands) {
  media.RefuseWatches(kNode, true);
  Start({kNode});
  RunFor(seconds(60));
  media.RefuseWatches(kNode, false);
  RunFor(seconds(60));
  const long lists = Requests("media.ListSessions");
  LeaseWithSession("lease");
  RunFor(seconds(60));
  EXPECT_THAT(told, ElementsAre(SessionEventKind::kStarted, SessionEventKind::kMediaFlowing));
  EXPECT_EQ(Requests("media.ListSessions"), lists);
}

TEST_F(LeaseKeeperTest, AListThatFailsAfterAWatchBeganIsAskedForAgain) {
  Start({kNode});
  LeaseWithSession("lease");
  RunFor(seconds(1));
  told.clear();
  media.SetReachable(kNode, false);
  media.LoseMedia("lease");
  media.ResetConnections(kNode);  // and with them what the watch should have told
  faults.Add("media.ListSessions", static_cast<int>(Requests("media.ListSessions")) + 1,
             {fakes::FaultKind::kTimeoutBefore});
  RunFor(milliseconds(700));
  media.SetReachable(kNode, true);
  RunFor(seconds(3));
  EXPECT_THAT(told, ElementsAre(SessionEventKind::kMediaMissing));
}

// It is listed with each renewal where no watch stands; each news is told once.
TEST_F(LeaseKeeperTest, WhatBecomesOfABotIsToldWithoutAWatchToo) {
  media.RefuseWatches(kNode, true);
  media.SetBot("ws://bot", fakes::BotScript::ClosesAfter(seconds(20)));
  Start({kNode});
  Lease("a", kNode, /*for_bot=*/true);
  Bot bot;
  bot.url = "ws://bot";
  const Endpoint peer("127.0.0.1", 20000);
  media.Living(kNode).StartSession({"benari", 1}, SessionRequest("a", peer, bot));
  RunFor(seconds(1));
  using enum SessionEventKind;
  EXPECT_THAT(told, ElementsAre(kMediaFlowing, kBotReady));
  RunFor(seconds(20));
  EXPECT_THAT(told, ElementsAre(kMediaFlowing, kBotReady, kFinished));
}

}  // namespace
}  // namespace benari::control
