#include "tests/bench/media/statistics.h"

#include <gtest/gtest.h>

namespace benari::bench {
namespace {

TEST(Statistics, TheMedianIsTheMiddleOne) {
  EXPECT_EQ(Median({}), 0);
  EXPECT_EQ(Median({3}), 3);
  EXPECT_EQ(Median({9, 1, 2}), 2);
  EXPECT_EQ(Median({4, 1, 2, 100}), 3);
}

TEST(Statistics, EqualSharesAreFair) { EXPECT_EQ(SlowestOverMedian({7, 7, 7, 7}), 1); }

TEST(Statistics, OneStarvedSessionIsSeenAmongMany) {
  std::vector<uint64_t> received(500, 100);
  received[321] = 20;
  EXPECT_DOUBLE_EQ(SlowestOverMedian(received), 0.2);
  received[321] = 0;
  EXPECT_EQ(SlowestOverMedian(received), 0);
}

TEST(Statistics, OneFavouredSessionIsNoUnfairnessToTheOthers) {
  EXPECT_EQ(SlowestOverMedian({100, 100, 100, 10000}), 1);
}

TEST(Statistics, NothingReceivedIsNotFair) {
  EXPECT_EQ(SlowestOverMedian({}), 0);
  EXPECT_EQ(SlowestOverMedian({0, 0, 0}), 0);
}

}  // namespace
}  // namespace benari::bench
