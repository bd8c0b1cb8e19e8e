// Leases: who has them, for how long, and what becomes of their ports.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/media/lease/registry_fixture.h"

namespace benari::media {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST_F(RegistryTest, LeasesTheLowestPortAndSaysWhereItIs) {
  const auto lease = LeasePort("a");
  ASSERT_TRUE(lease.ok()) << lease.status();
  EXPECT_EQ(lease->lease_id, "a");
  EXPECT_EQ(lease->rtp.ToString(), "192.0.2.1:100");
  EXPECT_EQ(lease->owner.name, "benari");
  EXPECT_EQ(lease->owner.epoch, 1u);
  EXPECT_EQ(lease->expires_in, kTtl);
  EXPECT_EQ(LeasePort("b")->rtp.port, 101);
}

TEST_F(RegistryTest, TheSameLeaseAgainIsTheSamePort) {
  ASSERT_TRUE(LeasePort("a").ok());
  clock_.Advance(Milliseconds(4000));
  const auto again = LeasePort("a");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->rtp.port, 100);
  EXPECT_EQ(again->expires_in, kTtl) << "it asked for that much from now";
  EXPECT_EQ(runner_.sockets.size(), 1u);
}

TEST_F(RegistryTest, WithoutAFreePortItIsExhaustedAndSaysWhy) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(LeasePort(id).ok());
  ASSERT_TRUE(ReleasePort("b").ok());
  const auto refused = LeasePort("d");
  EXPECT_TRUE(absl::IsResourceExhausted(refused.status()));
  EXPECT_EQ(refused.status().message(), "no port of 100..102 is free: 2 in use, 1 in quarantine");
  EXPECT_TRUE(LeasePort("a").ok()) << "the same again needs no new port";
}

TEST_F(RegistryTest, AReleasedPortRestsBeforeItIsLeasedAgain) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(ReleasePort("a").ok());
  EXPECT_TRUE(runner_.sockets.empty());
  EXPECT_EQ(LeasePort("b")->rtp.port, 101);
  Advance(kQuarantine);
  EXPECT_EQ(LeasePort("c")->rtp.port, 100);
}

TEST_F(RegistryTest, APortIsInUseUntilItsSocketIsClosed) {
  ASSERT_TRUE(LeasePort("a").ok());
  registry_.ReleasePort({"benari", 1}, "a", Keep());
  EXPECT_EQ(registry_.Counts().leases.at("benari"), 0u);
  EXPECT_EQ(registry_.Counts().ports_in_use, 1u);
  EXPECT_FALSE(answer_.has_value());
  runner_.Deliver();
  EXPECT_EQ(registry_.Counts().ports_in_use, 0u);
  EXPECT_EQ(registry_.Counts().ports_quarantined, 1u);
  EXPECT_TRUE(answer_.has_value());
}

TEST_F(RegistryTest, APortThatCannotBeBoundIsSkippedAndCounted) {
  runner_.ports_of_others = {100, 101};
  EXPECT_EQ(LeasePort("a")->rtp.port, 102);
  EXPECT_EQ(registry_.Counts().bind_failures, 2u);
  EXPECT_EQ(registry_.Counts().ports_unavailable, 2u);
  EXPECT_EQ(KeepAlive({"a"})->ports_free, 0u);
  EXPECT_EQ(LeasePort("b").status().message(),
            "no port of 100..102 is free: 1 in use, 0 in quarantine, 2 cannot be bound");
  Advance(PortPool::kFirstRest);
  runner_.ports_of_others = {};
  EXPECT_EQ(LeasePort("b")->rtp.port, 100);
}

TEST_F(RegistryTest, WhenNoPortCanBeBoundItSaysSo) {
  runner_.ports_of_others = {100, 101, 102};
  const auto refused = LeasePort("a");
  EXPECT_TRUE(absl::IsResourceExhausted(refused.status()));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("port 102 is taken"));
  EXPECT_EQ(registry_.Counts().ports_in_use, 0u);
}

TEST_F(RegistryTest, WhenTheSystemGivesNoSocketItDoesNotTryEveryPort) {
  runner_.open_failure = absl::ResourceExhaustedError("cannot bind: Too many open files");
  EXPECT_EQ(LeasePort("a").status(), runner_.open_failure);
  EXPECT_EQ(registry_.Counts().bind_failures, 1u);
  EXPECT_EQ(registry_.Counts().ports_in_use, 0u);
  EXPECT_EQ(registry_.Counts().leases.at("benari"), 0u);
}

TEST_F(RegistryTest, ALeaseRunsOutUnlessItIsNamed) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(LeasePort("b").ok());
  Advance(kTtl - Milliseconds(1));
  EXPECT_EQ(registry_.Counts().leases.at("benari"), 2u);
  const auto view = KeepAlive({"a", "never heard of"});
  ASSERT_TRUE(view.ok());
  EXPECT_THAT(view->unknown_lease_ids, ElementsAre("never heard of"));
  EXPECT_EQ(view->ports_total, 3u);
  EXPECT_EQ(view->ports_free, 1u);
  Advance(Milliseconds(1));
  EXPECT_TRUE(GetSession("a").ok());
  EXPECT_TRUE(absl::IsNotFound(GetSession("b").status()));
  EXPECT_EQ(registry_.Counts().lease_expiries, 1u);
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_[0].kind, EventKind::kLeaseExpired);
  EXPECT_EQ(events_[0].session.lease.lease_id, "b");
  Advance(kTtl);
  EXPECT_EQ(registry_.Counts().ports_in_use, 0u);
  EXPECT_EQ(registry_.NextExpiry(), std::nullopt);
}

TEST_F(RegistryTest, LeasesAreCountedByOwner) {
  ASSERT_TRUE(LeasePort("a", {"berlin", 1}).ok());
  ASSERT_TRUE(LeasePort("b", {"berlin", 1}).ok());
  ASSERT_TRUE(LeasePort("c", {"west", 1}).ok());
  ASSERT_TRUE(ReleasePort("c", {"west", 1}).ok());
  EXPECT_THAT(registry_.Counts().leases, ElementsAre(Pair("berlin", 2u), Pair("west", 0u)));
}

TEST_F(RegistryTest, AnExpiredLeaseCannotBeRenewedEvenBeforeAnyoneLooked) {
  ASSERT_TRUE(LeasePort("a").ok());
  clock_.Advance(kTtl);  // no OnTime
  EXPECT_THAT(KeepAlive({"a"})->unknown_lease_ids, ElementsAre("a"));
  EXPECT_TRUE(absl::IsNotFound(ReleasePort("a").status()));
}

TEST_F(RegistryTest, AShorterTimeToLiveEndsItSooner) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(KeepAlive({"a"}, {"benari", 1}, Milliseconds(500)).ok());
  EXPECT_EQ(registry_.NextExpiry(), clock_.Now() + Milliseconds(500));
  Advance(Milliseconds(500));
  EXPECT_EQ(registry_.Counts().leases.at("benari"), 0u);
}

TEST_F(RegistryTest, AnEarlierEpochCanDoNothing) {
  ASSERT_TRUE(LeasePort("a").ok());
  ASSERT_TRUE(StartSession("a").ok());
  ASSERT_TRUE(KeepAlive({"a"}, {"benari", 2}).ok());
  EXPECT_TRUE(absl::IsAborted(LeasePort("b").status()));
  EXPECT_TRUE(absl::IsAborted(LeasePort("a").status()));
  EXPECT_TRUE(absl::IsAborted(ReleasePort("a").status()));
  EXPECT_TRUE(absl::IsAborted(StartSession("a").status()));
  EXPECT_TRUE(absl::IsAborted(StopSession("a").status()));
  clock_.Advance(Milliseconds(5000));
  EXPECT_TRUE(absl::IsAborted(KeepAlive({"a"}).status()));
  EXPECT_EQ(GetSession("a")->lease.expires_in, Milliseconds(5000)) << "nothing was renewed";
  EXPECT_EQ(GetSession("a")->lease.owner.epoch, 2u) << "the lease went over";
  EXPECT_TRUE(ReleasePort("a", {"benari", 2}).ok());
}

TEST_F(RegistryTest, AnotherOwnersLeaseIsNotOurs) {
  ASSERT_TRUE(LeasePort("a").ok());
  const OwnerId other = {"other", 99};
  const absl::Status refused = LeasePort("a", other).status();
  EXPECT_TRUE(absl::IsPermissionDenied(refused));
  EXPECT_EQ(refused.message(), "lease_id a is of owner benari, not other");
  EXPECT_TRUE(absl::IsPermissionDenied(ReleasePort("a", other).status()));
  EXPECT_THAT(KeepAlive({"a"}, other)->unknown_lease_ids, ElementsAre("a"));
  EXPECT_TRUE(ReleasePort("a").ok()) << "the epochs of others do not matter";
}

TEST_F(RegistryTest, DrainingLeasesNothingNewAndKeepsWhatIs) {
  ASSERT_TRUE(LeasePort("a").ok());
  registry_.StartDraining();
  EXPECT_TRUE(absl::IsUnavailable(LeasePort("b").status()));
  EXPECT_TRUE(LeasePort("a").ok());
  EXPECT_TRUE(StartSession("a").ok());
  EXPECT_TRUE(KeepAlive({"a"})->draining);
  EXPECT_TRUE(ReleasePort("a").ok());
  EXPECT_EQ(registry_.Counts().ports_in_use, 0u);
}

TEST_F(RegistryTest, ListsByIdAPageAtATimeAndByOwner) {
  ASSERT_TRUE(LeasePort("c").ok());
  ASSERT_TRUE(LeasePort("a", {"other", 7}).ok());
  ASSERT_TRUE(LeasePort("b").ok());
  const SessionPage first = List("", "", 2);
  ASSERT_EQ(first.sessions.size(), 2u);
  EXPECT_EQ(first.sessions[0].lease.lease_id, "a");
  EXPECT_EQ(first.sessions[1].lease.lease_id, "b");
  EXPECT_FALSE(first.last);
  const SessionPage second = List("", "b", 2);
  ASSERT_EQ(second.sessions.size(), 1u);
  EXPECT_EQ(second.sessions[0].lease.lease_id, "c");
  EXPECT_TRUE(second.last);
  EXPECT_TRUE(List("", "", 3).last) << "a page that is just full";

  const SessionPage others = List("other");
  ASSERT_EQ(others.sessions.size(), 1u);
  EXPECT_EQ(others.owner_epoch, 7u);
  EXPECT_TRUE(List("nobody").sessions.empty());
  EXPECT_EQ(List("nobody").owner_epoch, 0u);
}

TEST_F(RegistryTest, TellsHowLongAnOwnerHasBeenSilent) {
  ASSERT_TRUE(KeepAlive({}, {"benari", 7}).ok());
  Advance(Milliseconds(1500));
  EXPECT_FALSE(KeepAlive({}, {"benari", 6}).ok()) << "one that was replaced is not heard";
  EXPECT_EQ(List("benari").owner_silence, Milliseconds(1500));
  EXPECT_EQ(List("nobody").owner_silence, Milliseconds(0));
  ASSERT_TRUE(KeepAlive({}, {"benari", 7}).ok());
  EXPECT_EQ(List("benari").owner_silence, Milliseconds(0));
}

// As many as one request tries, at the end where it begins to look: whatever time passes between requests.
TEST(Registry, ManyPortsOfOthersAreInTheWayOnce) {
  for (const int between_s : {0, 1, 10, 100, 10000}) {
    ManualClock clock;
    FakeSessionRunner runner;
    for (uint16_t port = 100; port < 164; ++port) runner.ports_of_others.insert(port);
    SessionRegistry::Options options;
    options.ports = {100, 299};
    options.random_ssrc = [] { return 1u; };
    SessionRegistry registry(options, clock, runner, [](const SessionEvent&) {});
    EXPECT_FALSE(registry.LeasePort({"o", 1}, "first", std::chrono::seconds(10)).ok());
    for (int i = 0; i < 50; ++i) {
      clock.Advance(std::chrono::seconds(between_s));
      registry.OnTime();
      runner.Deliver();
      const auto lease = registry.LeasePort({"o", 1}, absl::StrCat(i), std::chrono::seconds(10));
      EXPECT_TRUE(lease.ok()) << lease.status() << ", " << between_s << " s between requests";
    }
    EXPECT_EQ(registry.Counts().bind_failures, 64u);
  }
}

TEST(Registry, RenewsAThousandLeasesAndEndsThemTogether) {
  ManualClock clock;
  FakeSessionRunner runner;
  SessionRegistry::Options options;
  options.ports = {5000, 5999};
  options.quarantine = std::chrono::milliseconds(0);
  options.random_ssrc = [] { return 1u; };
  SessionRegistry registry(options, clock, runner, [](const SessionEvent&) {});
  std::vector<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    ids.push_back(absl::StrCat("lease", i));
    ASSERT_TRUE(registry.LeasePort({"o", 1}, ids.back(), std::chrono::seconds(10)).ok());
  }
  for (int i = 0; i < 20; ++i) {
    clock.Advance(std::chrono::seconds(9));
    ASSERT_TRUE(registry.KeepAlive({"o", 1}, ids, std::chrono::seconds(10))->unknown_lease_ids.empty());
  }
  clock.Advance(std::chrono::seconds(10));
  registry.OnTime();
  runner.Deliver();
  EXPECT_EQ(registry.Counts().lease_expiries, 1000u);
  EXPECT_EQ(registry.Counts().ports_free, 1000u);
}

}  // namespace
}  // namespace benari::media
