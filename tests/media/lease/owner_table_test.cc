#include "media/lease/owner_table.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace benari::media {
namespace {

constexpr Clock::Time kStart{std::chrono::hours(1)};

TEST(OwnerTable, ALaterEpochFencesOffTheEarlier) {
  OwnerTable owners;
  EXPECT_EQ(owners.LatestEpoch("a"), 0u);
  EXPECT_TRUE(owners.Admit({"a", 5}, kStart).ok());
  EXPECT_TRUE(owners.Admit({"a", 5}, kStart).ok());
  EXPECT_TRUE(owners.Admit({"a", 7}, kStart).ok());
  const absl::Status fenced = owners.Admit({"a", 6}, kStart);
  EXPECT_TRUE(absl::IsAborted(fenced));
  EXPECT_EQ(fenced.message(), "owner.epoch 6 of a was replaced: accepted is 7 or later");
  EXPECT_TRUE(owners.Admit({"b", 1}, kStart).ok());
  EXPECT_EQ(owners.LatestEpoch("a"), 7u);
}

TEST(OwnerTable, ForgetsTheIdleOneNotHeardOfForLongest) {
  OwnerTable owners;
  for (size_t i = 0; i < OwnerTable::kMaxOwners; ++i) {
    ASSERT_TRUE(owners.Admit({absl::StrCat("o", i), 9}, kStart + std::chrono::seconds(i)).ok());
  }
  owners.AddLease("o0");
  ASSERT_TRUE(owners.Admit({"new", 1}, kStart).ok());
  EXPECT_EQ(owners.LatestEpoch("o0"), 9u);  // holds a lease
  EXPECT_EQ(owners.LatestEpoch("o1"), 0u);
  EXPECT_EQ(owners.LatestEpoch("o2"), 9u);
}

TEST(OwnerTable, RefusesANewOneWhenAllHoldLeases) {
  OwnerTable owners;
  for (size_t i = 0; i < OwnerTable::kMaxOwners; ++i) {
    ASSERT_TRUE(owners.Admit({absl::StrCat("o", i), 9}, kStart).ok());
    owners.AddLease(absl::StrCat("o", i));
  }
  EXPECT_TRUE(absl::IsResourceExhausted(owners.Admit({"new", 1}, kStart)));
  EXPECT_TRUE(owners.Admit({"o3", 9}, kStart).ok());
  owners.RemoveLease("o3");
  EXPECT_TRUE(owners.Admit({"new", 1}, kStart).ok());
}

}  // namespace
}  // namespace benari::media
