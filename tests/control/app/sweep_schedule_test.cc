#include "control/app/sweep_schedule.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace benari::control {
namespace {

class SweepScheduleTest : public ::testing::Test {
 protected:
  // Lists, which takes a second and reports `unsettled`; what it waits for until the next list.
  Clock::Duration List(const std::vector<std::string>& unsettled, bool listed = true) {
    schedule.OnListBegun(now);
    now += std::chrono::seconds(1);
    for (const std::string& id : unsettled) schedule.OnUnsettled(id, now);
    schedule.OnListEnded(listed, now);
    const Clock::Duration pause = schedule.due() - now;
    now = schedule.due();
    return pause;
  }

  SweepSchedule schedule{std::chrono::seconds(30), std::chrono::milliseconds(500)};
  Clock::Time now = Clock::Time{} + std::chrono::hours(1);
};

TEST_F(SweepScheduleTest, AListThatFailedIsRetriedSoon) {
  EXPECT_EQ(List({}), std::chrono::seconds(30));
  EXPECT_EQ(List({}, false), std::chrono::milliseconds(500));
  EXPECT_EQ(List({}, false), std::chrono::milliseconds(500));
}

TEST_F(SweepScheduleTest, WhatStaysUnsettledIsAskedForEverMoreSeldom) {
  for (const int ms : {500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000})
    EXPECT_EQ(List({"a"}), std::chrono::milliseconds(ms));
  EXPECT_EQ(List({"a", "b"}), std::chrono::milliseconds(500)) << "b is new";
  EXPECT_EQ(List({"a"}), std::chrono::seconds(30));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(List({}), std::chrono::seconds(30));
  EXPECT_EQ(List({"a"}), std::chrono::milliseconds(500)) << "it was settled meanwhile";
}

TEST_F(SweepScheduleTest, BetweenListsTheNextOneIsMovedForward) {
  schedule.OnListBegun(now);
  schedule.OnListEnded(true, now);
  schedule.OnUnsettled("a", now + std::chrono::seconds(10));
  EXPECT_EQ(schedule.due(), now + std::chrono::milliseconds(10500));
  schedule.OnUnsettled("a", now + std::chrono::seconds(10));
  EXPECT_EQ(schedule.due(), now + std::chrono::milliseconds(10500));
}

}  // namespace
}  // namespace benari::control
