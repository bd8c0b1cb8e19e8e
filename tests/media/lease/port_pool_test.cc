#include "media/lease/port_pool.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace benari::media {
namespace {

using std::chrono::milliseconds;
constexpr Clock::Time kStart{std::chrono::hours(1)};
constexpr milliseconds kQuarantine{1000};

TEST(PortPool, GivesEveryPortOfARangeOnceLowestFirst) {
  const PortRange ranges[] = {{26500, 26999}, {26501, 26504}, {1, 2},
                              {65535, 65535}, {65530, 65535}, {1, 65535}};
  for (const PortRange range : ranges) {
    PortPool pool(range, kQuarantine);
    for (uint32_t expected = range.min; expected <= range.max; ++expected) {
      ASSERT_EQ(pool.Take(kStart), expected);
    }
    EXPECT_EQ(pool.Take(kStart), std::nullopt);
    EXPECT_EQ(pool.in_use(), range.size());
  }
}

TEST(PortPool, RestsAPortForTheQuarantineAndNoLonger) {
  PortPool pool({100, 101}, kQuarantine);
  ASSERT_EQ(pool.Take(kStart), 100);
  ASSERT_TRUE(pool.Return(100, kStart));
  EXPECT_EQ(pool.quarantined(kStart), 1u);
  EXPECT_EQ(pool.Take(kStart + kQuarantine - milliseconds(1)), 101);
  EXPECT_EQ(pool.Take(kStart + kQuarantine - milliseconds(1)), std::nullopt);
  EXPECT_EQ(pool.Take(kStart + kQuarantine), 100);
}

TEST(PortPool, TheLowestComesFirstWhateverCameBackFirst) {
  PortPool pool({100, 102}, milliseconds(0));
  for (int i = 0; i < 3; ++i) pool.Take(kStart);
  for (const uint16_t port : {102, 100, 101}) pool.Return(port, kStart);
  EXPECT_EQ(pool.Take(kStart), 100);
  EXPECT_EQ(pool.Take(kStart), 101);
  EXPECT_EQ(pool.Take(kStart), 102);
}

TEST(PortPool, OneThatCannotBeBoundRestsLongerEachTimeAndComesLast) {
  PortPool pool({100, 102}, milliseconds(0));
  Clock::Time now = kStart;
  Clock::Duration rest = PortPool::kFirstRest;
  for (int refusals = 0; refusals < 12; ++refusals) {
    ASSERT_EQ(pool.Take(now), refusals == 0 ? 100 : 101) << "the lowest that was not refused";
    if (refusals > 0) {
      ASSERT_EQ(pool.Take(now), 102);
      ASSERT_EQ(pool.Take(now), 100);
      ASSERT_TRUE(pool.Return(101, now));
      ASSERT_TRUE(pool.Return(102, now));
    }
    ASSERT_TRUE(pool.ReturnUnbound(100, now));
    EXPECT_EQ(pool.free(now), 2u);
    EXPECT_EQ(pool.unavailable(now), 1u);
    EXPECT_EQ(pool.unavailable(now + rest - milliseconds(1)), 1u);
    EXPECT_EQ(pool.unavailable(now += rest), 0u);
    EXPECT_EQ(pool.free(now), 3u);
    rest = std::min<Clock::Duration>(2 * rest, PortPool::kLongestRest);
  }
}

TEST(PortPool, OneThatIsBoundAgainIsLikeTheOthers) {
  PortPool pool({100, 101}, milliseconds(0));
  ASSERT_EQ(pool.Take(kStart), 100);
  ASSERT_TRUE(pool.ReturnUnbound(100, kStart));
  const Clock::Time later = kStart + PortPool::kFirstRest;
  ASSERT_EQ(pool.Take(later), 101);
  ASSERT_EQ(pool.Take(later), 100);
  ASSERT_TRUE(pool.Return(100, later)) << "it was bound";
  ASSERT_TRUE(pool.Return(101, later));
  EXPECT_EQ(pool.Take(later), 100);
  ASSERT_TRUE(pool.ReturnUnbound(100, later));
  EXPECT_EQ(pool.unavailable(later + PortPool::kFirstRest), 0u);
}

TEST(PortPool, TakesBackOnlyWhatItGave) {
  PortPool pool({100, 102}, kQuarantine);
  EXPECT_FALSE(pool.Return(100, kStart));
  EXPECT_FALSE(pool.Return(99, kStart));
  EXPECT_FALSE(pool.Return(103, kStart));
  pool.Take(kStart);
  EXPECT_TRUE(pool.Return(100, kStart));
  EXPECT_FALSE(pool.Return(100, kStart));
  EXPECT_EQ(pool.free(kStart) + pool.quarantined(kStart) + pool.in_use(), 3u);
}

TEST(PortPool, NeverGivesAPortTwiceNorLosesOne) {
  PortPool pool({1000, 1099}, kQuarantine);
  std::mt19937 random(7);
  std::set<uint16_t> taken;
  Clock::Time now = kStart;
  for (int i = 0; i < 100000; ++i) {
    now += milliseconds(random() % 20);
    if (random() % 2 == 0) {
      if (const auto port = pool.Take(now)) {
        ASSERT_TRUE(taken.insert(*port).second);
      }
    } else if (!taken.empty()) {
      const auto port = *std::next(taken.begin(), static_cast<long>(random() % taken.size()));
      taken.erase(port);
      ASSERT_TRUE(random() % 4 == 0 ? pool.ReturnUnbound(port, now) : pool.Return(port, now));
    }
    ASSERT_EQ(pool.in_use(), taken.size());
    ASSERT_EQ(pool.free(now) + pool.quarantined(now) + pool.unavailable(now) + pool.in_use(), 100u);
  }
}

}  // namespace
}  // namespace benari::media
