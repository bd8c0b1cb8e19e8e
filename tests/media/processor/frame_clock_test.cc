#include "media/processor/frame_clock.h"

#include <gtest/gtest.h>

namespace benari::media {
namespace {

using std::chrono::milliseconds;

constexpr Clock::Time kStart{std::chrono::hours(1)};

TEST(FrameClock, ALateFrameDoesNotDelayTheNext) {
  FrameClock clock(kStart);
  EXPECT_EQ(clock.next(), kStart);
  EXPECT_EQ(clock.Advance(kStart + milliseconds(7)), 0);
  EXPECT_EQ(clock.next(), kStart + milliseconds(20));
  EXPECT_EQ(clock.Advance(kStart + milliseconds(20 + 60)), 0);
  EXPECT_EQ(clock.next(), kStart + milliseconds(40)) << "which is late too, and comes at once";
}

// A stall of the machine: what the caller missed is over.
TEST(FrameClock, FramesThatAreVeryLateAreLeftOut) {
  FrameClock clock(kStart);
  EXPECT_EQ(clock.Advance(kStart + milliseconds(100)), 5);
  EXPECT_EQ(clock.next(), kStart + milliseconds(120));
}

}  // namespace
}  // namespace benari::media
