#include "media/lease/token_bucket.h"

#include <gtest/gtest.h>

namespace benari::media {
namespace {

using std::chrono::milliseconds;

constexpr Clock::Time kStart{std::chrono::hours(1)};

int Takes(TokenBucket* bucket, Clock::Time now, int tries) {
  int taken = 0;
  for (int i = 0; i < tries; ++i) taken += bucket->Take(now) ? 1 : 0;
  return taken;
}

TEST(TokenBucket, ABurstAtOnceThenTheRate) {
  TokenBucket bucket({10, 5});
  EXPECT_EQ(Takes(&bucket, kStart, 100), 5);
  EXPECT_EQ(Takes(&bucket, kStart + milliseconds(99), 100), 0);
  EXPECT_EQ(Takes(&bucket, kStart + milliseconds(101), 100), 1);
  EXPECT_EQ(Takes(&bucket, kStart + milliseconds(402), 100), 3);
}

TEST(TokenBucket, ARestGivesABurstAndNoMore) {
  TokenBucket bucket({10, 5});
  EXPECT_EQ(Takes(&bucket, kStart, 3), 3);
  EXPECT_EQ(Takes(&bucket, kStart + std::chrono::hours(1000), 100), 5);
}

TEST(TokenBucket, KeepsToTheRateInTheLongRun) {
  TokenBucket bucket({1000, 1});
  int taken = 0;
  for (int ms = 0; ms < 10000; ++ms) taken += Takes(&bucket, kStart + milliseconds(ms), 10);
  EXPECT_NEAR(taken, 10000, 1);
}

TEST(TokenBucket, WithoutARateEverythingPasses) {
  TokenBucket bucket({0, 1});
  EXPECT_EQ(Takes(&bucket, kStart, 1000), 1000);
}

}  // namespace
}  // namespace benari::media
