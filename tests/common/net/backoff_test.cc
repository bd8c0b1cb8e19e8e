#include "common/net/backoff.h"

#include <gtest/gtest.h>

namespace benari::net {
namespace {

using std::chrono::milliseconds;

std::vector<int> Delays(double random, int count, milliseconds min, milliseconds max) {
  Backoff backoff(min, max, [random] { return random; });
  std::vector<int> delays;
  for (int i = 0; i < count; ++i) delays.push_back(static_cast<int>(backoff.Next().count()));
  return delays;
}

TEST(Backoff, DoublesUpToTheMaximumAndKeepsHalf) {
  using V = std::vector<int>;
  EXPECT_EQ(Delays(0, 6, milliseconds(100), milliseconds(1000)), V({50, 100, 200, 400, 500, 500}));
  EXPECT_EQ(Delays(0.5, 6, milliseconds(100), milliseconds(1000)), V({75, 150, 300, 600, 750, 750}));
  EXPECT_EQ(Delays(0.9999, 5, milliseconds(100), milliseconds(1000)), V({99, 199, 399, 799, 999}));
}

TEST(Backoff, OddLimitsAreMadeSense) {
  using V = std::vector<int>;
  EXPECT_EQ(Delays(0, 3, milliseconds(100), milliseconds(10)), V({50, 50, 50}));
  EXPECT_EQ(Delays(0, 4, milliseconds(-5), milliseconds(4)), V({0, 1, 2, 2}));
  EXPECT_GT(Delays(0, 200, milliseconds(1), milliseconds(1 << 30)).back(), 0);  // no overflow
}

TEST(Backoff, StartsAnewAfterReset) {
  Backoff backoff(milliseconds(100), milliseconds(1000), [] { return 0.0; });
  for (int i = 0; i < 5; ++i) backoff.Next();
  backoff.Reset();
  EXPECT_EQ(backoff.Next(), milliseconds(50));
}

}  // namespace
}  // namespace benari::net
