#include "tests/bench/media/pacing_schedule.h"

#include <gtest/gtest.h>

namespace benari::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

const PacingSchedule::Time kStart{std::chrono::hours(1)};

TEST(PacingSchedule, SpreadsTheSessionsOverTheirInterval) {
  PacingSchedule schedule(kStart, 4 * 50, 4);  // 4 sessions, each every 20 ms
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(schedule.due(), kStart + i * milliseconds(5));
    EXPECT_EQ(schedule.session(), i % 4u);
    schedule.Next();
  }
}

TEST(PacingSchedule, DoesNotDriftWhenTheIntervalIsNoWholeNumber) {
  constexpr int kPerS = 250'007;  // 3999.888… ns
  PacingSchedule schedule(kStart, kPerS, 7);
  for (int i = 0; i < 100 * kPerS; ++i) schedule.Next();
  EXPECT_NEAR(static_cast<double>((schedule.due() - kStart - std::chrono::seconds(100)).count()), 0, 1000);
}

TEST(PacingSchedule, IsAbsoluteSoThatWhoIsLateCatchesUp) {
  PacingSchedule schedule(kStart, 1000, 10);
  const auto late = kStart + milliseconds(100);  // nothing was sent so far
  int sent = 0;
  while (schedule.due() <= late) {
    ++sent;
    schedule.Next();
  }
  EXPECT_EQ(sent, 101);
  EXPECT_EQ(schedule.due(), late + milliseconds(1));
}

}  // namespace
}  // namespace benari::bench
