#include "tests/fakes/fake_media.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_media_client.h"
#include "tests/fakes/virtual_timers.h"

namespace benari::fakes {
namespace {

using control::MediaErrorKind;
using control::SessionEventKind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kNode = "127.0.0.1:50051";
const std::string kOther = "127.0.0.1:50052";
const Endpoint kPeer("127.0.0.1", 20000);

class FakeMediaTest : public testing::Test {
 protected:
  FakeMediaTest() {
    media.AddNode(kNode);
    media.AddNode(kOther);
  }

  template <typename T>
  static boost::asio::awaitable<void> Catch(boost::asio::awaitable<T> request, std::optional<T>& value,
                                            std::optional<MediaErrorKind>& error) {
    try {
      value = co_await std::move(request);
    } catch (const control::MediaError& e) {
      error = e.kind;
    }
  }
  // The error of a request, run to its end; nothing: it went well.
  template <typename T>
  std::optional<MediaErrorKind> Try(boost::asio::awaitable<T> request, T* answer = nullptr) {
    std::optional<T> value;
    std::optional<MediaErrorKind> error;
    boost::asio::co_spawn(loop, Catch(std::move(request), value, error), boost::asio::detached);
    EXPECT_TRUE(Settle(loop, timers, [&] { return value || error; }));
    if (value && answer != nullptr) *answer = *value;
    return error;
  }
  std::optional<MediaErrorKind> Lease(FakeMediaClient& by, const std::string& id,
                                      control::Lease* lease = nullptr, const std::string& node = kNode) {
    return Try(by.LeasePort(node, id), lease);
  }
  std::optional<MediaErrorKind> Start(FakeMediaClient& by, const std::string& id, Endpoint peer = kPeer) {
    return Try(by.StartSession(kNode, control::SessionRequest(id, std::move(peer))));
  }

  static FakeMediaOptions TwoPorts() {
    FakeMediaOptions options;
    options.ports_per_node = 2;
    return options;
  }

  boost::asio::io_context loop;
  VirtualTimers timers;
  FakeMedia media{timers, TwoPorts()};
  FaultPlan faults;
  Process process{loop, timers};
  FakeMediaClient client{process, media, faults, {}};
};

TEST_F(FakeMediaTest, LeasesTheLowestFreePortAndIsIdempotent) {
  control::Lease a, b, again;
  EXPECT_EQ(Lease(client, "a", &a), std::nullopt);
  EXPECT_EQ(Lease(client, "b", &b), std::nullopt);
  EXPECT_EQ(Lease(client, "a", &again), std::nullopt);
  EXPECT_EQ(a.rtp, Endpoint("127.0.0.1", 26500));
  EXPECT_EQ(b.rtp, Endpoint("127.0.0.1", 26501));
  EXPECT_EQ(again.rtp, a.rtp);
  EXPECT_EQ(a.node, kNode);
  EXPECT_EQ(Lease(client, "c"), MediaErrorKind::kExhausted);
}

TEST_F(FakeMediaTest, AReleasedPortIsQuarantined) {
  Lease(client, "a");
  Lease(client, "b");
  EXPECT_EQ(Try(client.ReleasePort(kNode, "a")), std::nullopt);
  EXPECT_EQ(Try(client.ReleasePort(kNode, "a")), MediaErrorKind::kNotFound);
  EXPECT_EQ(Lease(client, "c"), MediaErrorKind::kExhausted);
  SettleFor(loop, timers, seconds(1));
  EXPECT_EQ(Lease(client, "c"), std::nullopt);
  EXPECT_EQ(media.violation(), "");
}

TEST_F(FakeMediaTest, ALeaseThatNobodyRenewsRunsOut) {
  Lease(client, "a");
  Lease(client, "b");
  for (int i = 0; i < 3; ++i) {
    SettleFor(loop, timers, seconds(4));
    control::NodeStatus status;
    EXPECT_EQ(Try(client.KeepAlive(kNode, {"a", "unheard_of"}), &status), std::nullopt);
    EXPECT_EQ(status.unknown_lease_ids, std::vector<std::string>{"unheard_of"});
  }
  EXPECT_EQ(media.Leftovers(), "lease a on " + kNode + " port 26500\n");
  SettleFor(loop, timers, seconds(11));
  EXPECT_EQ(media.Leftovers(), "");
}

TEST_F(FakeMediaTest, SessionsStartStopAndRefuseAnotherPeer) {
  Lease(client, "a");
  EXPECT_EQ(Try(client.StopSession(kNode, "a")), MediaErrorKind::kWrongState) << "never started";
  EXPECT_EQ(Start(client, "a"), std::nullopt);
  EXPECT_EQ(Start(client, "a"), std::nullopt) << "idempotent";
  EXPECT_EQ(Start(client, "a", Endpoint("127.0.0.1", 4)), MediaErrorKind::kOtherSession);
  EXPECT_EQ(Start(client, "none"), MediaErrorKind::kNotFound);
  EXPECT_EQ(Try(client.StopSession(kNode, "a")), std::nullopt);
  EXPECT_EQ(Try(client.StopSession(kNode, "a")), std::nullopt) << "idempotent";
}

TEST_F(FakeMediaTest, AHigherEpochFencesOffTheLower) {
  FakeMediaClient newer(process, media, faults, {});
  newer.RaiseEpoch(7);
  Lease(client, "a");
  EXPECT_EQ(Try(newer.KeepAlive(kNode, {"a"})), std::nullopt);
  EXPECT_EQ(Try(client.KeepAlive(kNode, {"a"})), MediaErrorKind::kFenced);
  EXPECT_EQ(Try(client.ReleasePort(kNode, "a")), MediaErrorKind::kFenced);
  EXPECT_EQ(Lease(client, "b"), MediaErrorKind::kFenced);
  control::NodeSessions sessions;
  EXPECT_EQ(Try(newer.ListSessions(kNode), &sessions), std::nullopt);
  EXPECT_EQ(sessions.owner_epoch, 7u);
  ASSERT_EQ(sessions.sessions.size(), 1u);
  EXPECT_EQ(sessions.sessions[0].lease_id, "a");
  EXPECT_EQ(Try(newer.ReleasePort(kNode, "a")), std::nullopt);
}

TEST_F(FakeMediaTest, ADeadNodeRefusesAndComesBackEmptyAsAnother) {
  control::NodeStatus before, after;
  Lease(client, "a");
  Try(client.KeepAlive(kNode, {"a"}), &before);
  media.Kill(kNode);
  EXPECT_EQ(Lease(client, "b"), MediaErrorKind::kUnavailable);
  EXPECT_EQ(Lease(client, "b", nullptr, "unheard.of:1"), MediaErrorKind::kUnavailable);
  media.Return(kNode);
  EXPECT_EQ(Try(client.KeepAlive(kNode, {"a"}), &after), std::nullopt);
  EXPECT_THAT(after.unknown_lease_ids, ElementsAre("a"));
  EXPECT_EQ(after.name, before.name);
  EXPECT_NE(after.instance_id, before.instance_id);
  EXPECT_EQ(media.Leftovers(), "");
}

TEST_F(FakeMediaTest, ANodeThatDiesInMidRequestTakesTheAnswerAlong) {
  faults.Add("media.LeasePort", 1, {FaultKind::kDelayed, 0, milliseconds(500)});
  const auto restart = timers.CallAt(timers.Now() + milliseconds(100), [&] {
    media.Kill(kNode);
    media.Return(kNode);
  });
  EXPECT_EQ(Lease(client, "a"), MediaErrorKind::kUnavailable);
}

TEST_F(FakeMediaTest, ANodeCutOffIsSilentAndItsLeasesRunOut) {
  Lease(client, "a");
  media.SetReachable(kNode, false);
  EXPECT_EQ(Try(client.KeepAlive(kNode, {"a"})), MediaErrorKind::kTimeout);
  EXPECT_NE(media.Leftovers(), "");
  SettleFor(loop, timers, seconds(10));
  EXPECT_EQ(media.Leftovers(), "");
}

TEST_F(FakeMediaTest, ADrainingNodeLeasesNoMore) {
  Lease(client, "a");
  media.StartDraining(kNode);
  EXPECT_EQ(Lease(client, "b"), MediaErrorKind::kUnavailable);
  control::NodeStatus status;
  EXPECT_EQ(Try(client.KeepAlive(kNode, {"a"}), &status), std::nullopt);
  EXPECT_TRUE(status.draining);
}

class WatchTest : public FakeMediaTest {
 protected:
  std::unique_ptr<control::Watch> Watch(const std::string& node = kNode) {
    return client.WatchSessions(
        node, [this](const control::SessionEvent& event) { kinds.push_back(event.kind); },
        [this](const std::string&) { ++ends; });
  }
  std::vector<SessionEventKind> kinds;
  int ends = 0;
};

TEST_F(WatchTest, TellsWhatHappensToSessions) {
  const auto watch = Watch();
  Lease(client, "a");
  Start(client, "a");
  SettleFor(loop, timers, seconds(1));
  media.LoseMedia("a");
  media.ResumeMedia("a");
  SettleFor(loop, timers, seconds(20));
  EXPECT_THAT(kinds, ElementsAre(SessionEventKind::kStarted, SessionEventKind::kMediaFlowing,
                                 SessionEventKind::kMediaMissing, SessionEventKind::kMediaFlowing,
                                 SessionEventKind::kLeaseExpired));
  EXPECT_EQ(ends, 0);
}

TEST_F(WatchTest, SilenceIsDiagnosedAfterItsTime) {
  media.SetMediaFlows(false);
  const auto watch = Watch();
  Lease(client, "a");
  Start(client, "a");
  SettleFor(loop, timers, milliseconds(1900));
  EXPECT_THAT(kinds, ElementsAre(SessionEventKind::kStarted));
  SettleFor(loop, timers, milliseconds(200));
  EXPECT_EQ(kinds.back(), SessionEventKind::kMediaMissing);
}

TEST_F(WatchTest, EndsOnceWhenTheNodeDies) {
  const auto watch = Watch();
  media.Kill(kNode);
  media.Return(kNode);
  media.Kill(kNode);
  SettleFor(loop, timers, seconds(1));
  EXPECT_EQ(ends, 1);
  const auto none = Watch();
  SettleFor(loop, timers, seconds(1));
  EXPECT_EQ(ends, 2) << "a watch of a dead node ends at once";
}

TEST_F(WatchTest, NothingIsCalledAfterTheWatchHasGone) {
  auto watch = Watch();
  Lease(client, "a");
  media.Kill(kNode);  // its end is on its way in the loop
  watch.reset();
  SettleFor(loop, timers, seconds(1));
  EXPECT_EQ(ends, 0);
  EXPECT_THAT(kinds, IsEmpty());
}

TEST_F(FakeMediaTest, EachFaultHasItsErrorAndItsEffect) {
  struct Row {
    FaultKind kind;
    std::optional<MediaErrorKind> error;
    bool happened;
  };
  const std::vector<Row> table = {
      {FaultKind::kNone, std::nullopt, true},
      {FaultKind::kErrorBefore, MediaErrorKind::kOther, false},
      {FaultKind::kErrorAfter, MediaErrorKind::kOther, true},
      {FaultKind::kTimeoutBefore, MediaErrorKind::kTimeout, false},
      {FaultKind::kTimeoutAfter, MediaErrorKind::kTimeout, true},
      {FaultKind::kUnreachableBefore, MediaErrorKind::kUnavailable, false},
      {FaultKind::kUnreachableAfter, MediaErrorKind::kUnavailable, true},
      {FaultKind::kDelayed, std::nullopt, true},
  };
  int nth = 0;
  for (const Row& row : table) {
    SCOPED_TRACE(ToString(row.kind));
    faults.Add("media.LeasePort", ++nth, {row.kind, 500, milliseconds(300)});
    EXPECT_EQ(Lease(client, "a"), row.error);
    EXPECT_EQ(!media.Leftovers().empty(), row.happened);
    Try(client.ReleasePort(kNode, "a"));
    SettleFor(loop, timers, seconds(1));
  }
}

}  // namespace
}  // namespace benari::fakes
