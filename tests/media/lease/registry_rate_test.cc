// How often an owner may lease.
#include <gmock/gmock.h>

#include "tests/media/lease/registry_fixture.h"

namespace benari::media {
namespace {

class RateTest : public RegistryTest {
 protected:
  static SessionRegistry::Options WithRate(SessionRegistry::Options options) {
    options.lease_rate = {10, 2};
    return options;
  }
  absl::Status Lease(const std::string& id, OwnerId owner = {"benari", 1}) {
    return limited_.LeasePort(owner, id, kTtl).status();
  }

  SessionRegistry limited_{WithRate(Options()), clock_, runner_, [](SessionEvent) {}};
};

TEST_F(RateTest, BeyondTheBurstItIsExhaustedUntilTimeHasPassed) {
  EXPECT_TRUE(Lease("a").ok());
  EXPECT_TRUE(Lease("b").ok());
  const absl::Status refused = Lease("c");
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_EQ(refused.message(),
            "owner benari leases too often: accepted are 10 new leases a second, 2 at once");
  EXPECT_EQ(limited_.Counts().lease_rate_refusals, 1u);
  EXPECT_EQ(limited_.Counts().ports_in_use, 2u);
  clock_.Advance(Milliseconds(100));
  EXPECT_TRUE(Lease("c").ok());
  EXPECT_EQ(limited_.Counts().lease_rate_refusals, 1u);
}

TEST_F(RateTest, WhatMakesNoNewLeaseCostsNothing) {
  EXPECT_TRUE(Lease("a").ok());
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(Lease("a").ok()) << "the same again";
    EXPECT_TRUE(limited_.KeepAlive({"benari", 1}, {"a"}, kTtl).ok());
  }
  EXPECT_TRUE(Lease("b").ok());
  EXPECT_EQ(limited_.Counts().lease_rate_refusals, 0u);
}

TEST_F(RateTest, EachOwnerHasItsOwnRateAndALaterEpochShares) {
  EXPECT_TRUE(Lease("a").ok());
  EXPECT_TRUE(Lease("b").ok());
  EXPECT_TRUE(Lease("c", {"other", 1}).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(Lease("d", {"benari", 2})));
}

}  // namespace
}  // namespace benari::media
