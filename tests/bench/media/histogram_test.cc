#include "tests/bench/media/histogram.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace benari::bench {
namespace {

using std::chrono::nanoseconds;

TEST(Histogram, NothingRecordedIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.Quantile(0.99).count(), 0);
  EXPECT_EQ(histogram.max().count(), 0);
}

TEST(Histogram, EverySingleValueComesBackWithinAPercent) {
  for (int64_t ns = 0; ns < Histogram::kLargest.count(); ns += 1 + ns / 300) {
    Histogram histogram;
    histogram.Record(nanoseconds(ns));
    histogram.Record(Histogram::kLargest);  // so that the largest does not cap the quantile
    ASSERT_NEAR(static_cast<double>(histogram.Quantile(0.5).count()), static_cast<double>(ns), 0.01 * ns)
        << ns;
  }
}

TEST(Histogram, QuantilesAreThoseOfTheSortedValues) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> distribution(11, 2);  // around 60 us, with a long tail
  Histogram histogram;
  std::vector<double> values;
  for (int i = 0; i < 100000; ++i) {
    values.push_back(distribution(random));
    histogram.Record(nanoseconds(static_cast<int64_t>(values.back())));
  }
  std::sort(values.begin(), values.end());
  for (const double share : {0.001, 0.5, 0.99, 0.999}) {
    const double exact = values[static_cast<size_t>(share * 100000) - 1];
    EXPECT_NEAR(static_cast<double>(histogram.Quantile(share).count()), exact, 0.01 * exact) << share;
  }
  EXPECT_EQ(histogram.max().count(), static_cast<int64_t>(values.back()));
  EXPECT_EQ(histogram.Quantile(1), histogram.max());
}

TEST(Histogram, OneSlowPacketOfAThousandIsInTheLastThousandth) {
  Histogram histogram;
  for (int i = 0; i < 999; ++i) histogram.Record(nanoseconds(100));
  histogram.Record(std::chrono::milliseconds(5));
  EXPECT_EQ(histogram.Quantile(0.999), nanoseconds(100));
  EXPECT_NEAR(static_cast<double>(histogram.Quantile(0.9991).count()), 5e6, 5e4);
}

TEST(Histogram, WhatIsOutOfRangeCountsAsItsEnds) {
  Histogram histogram;
  histogram.Record(nanoseconds(-5));
  histogram.Record(std::chrono::hours(1));
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.Quantile(0.5).count(), 0);
  EXPECT_EQ(histogram.max(), Histogram::kLargest);
}

}  // namespace
}  // namespace benari::bench
