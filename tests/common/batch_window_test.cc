#include "common/batch_window.h"

#include <gtest/gtest.h>

namespace benari {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds kWindow{1};

class BatchWindowTest : public ::testing::Test {
 protected:
  // Rounds of one packet each, evenly spread.
  void Packets(int per_window, int windows) {
    const Clock::Duration apart = Clock::Duration(kWindow) / per_window;
    for (int i = 0; i < per_window * windows; ++i) window_.OnRound(now_ += apart, 1);
  }

  BatchWindow window_{kWindow};
  Clock::Time now_{milliseconds(1000)};
};

TEST_F(BatchWindowTest, FewPacketsWaitForNothing) {
  Packets(BatchWindow::kWorthIt - 1, 100);
  EXPECT_EQ(window_.GatherUntil(), std::nullopt);
}

TEST_F(BatchWindowTest, ManyAreGatheredForAWindowFromTheRoundOn) {
  Packets(BatchWindow::kWorthIt + 1, 2 * BatchWindow::kWindowsLookedAt);
  EXPECT_EQ(window_.GatherUntil(), now_ + kWindow);
  window_.OnRound(now_ += kWindow, 30);
  EXPECT_EQ(window_.GatherUntil(), now_ + kWindow);
}

TEST_F(BatchWindowTest, ALittleLessChangesNothingAndHalfEndsIt) {
  Packets(BatchWindow::kWorthIt + 1, 2 * BatchWindow::kWindowsLookedAt);
  Packets(BatchWindow::kWorthIt - 1, 100);
  EXPECT_NE(window_.GatherUntil(), std::nullopt);
  Packets(BatchWindow::kWorthIt / 2 - 1, 100);
  EXPECT_EQ(window_.GatherUntil(), std::nullopt);
}

TEST_F(BatchWindowTest, TheFirstPacketsAfterSilenceDoNotWaitLong) {
  Packets(BatchWindow::kWorthIt + 1, 2 * BatchWindow::kWindowsLookedAt);
  window_.OnRound(now_ += std::chrono::hours(24 * 365), 1);
  EXPECT_EQ(window_.GatherUntil(), std::nullopt);
}

TEST_F(BatchWindowTest, NoWindowNoWait) {
  BatchWindow none{milliseconds(0)};
  for (int i = 0; i < 1000; ++i) none.OnRound(now_ += microseconds(1), 32);
  none.OnRound(now_, 32);
  EXPECT_EQ(none.GatherUntil(), std::nullopt);
}

}  // namespace
}  // namespace benari
