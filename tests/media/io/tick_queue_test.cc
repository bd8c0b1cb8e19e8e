#include "media/io/tick_queue.h"

#include <gtest/gtest.h>

#include <vector>

namespace benari::media {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Clock::Time kStart{std::chrono::hours(1)};

TEST(TickQueue, GivesThoseThatAreDueTheEarliestFirst) {
  TickQueue ticks;
  EXPECT_EQ(ticks.Next(), std::nullopt);
  for (const int ms : {30, 10, 20}) ticks.Add(kStart + milliseconds(ms), static_cast<SocketId>(ms));
  EXPECT_EQ(ticks.Next(), kStart + milliseconds(10));
  EXPECT_FALSE(ticks.TakeDue(kStart + milliseconds(9)).has_value());
  std::vector<SocketId> taken;
  while (const auto tick = ticks.TakeDue(kStart + milliseconds(20))) taken.push_back(tick->socket);
  EXPECT_EQ(taken, (std::vector<SocketId>{10, 20}));
  EXPECT_EQ(ticks.Next(), kStart + milliseconds(30));
}

TEST(TickQueue, ThoseOfOneTimeAreInOneOrder) {
  TickQueue ticks;
  for (int period = 1; period <= 3; ++period) {
    for (const SocketId socket : {5, 2, 9, 1, 7}) ticks.Add(kStart + milliseconds(20 * period), socket);
    std::vector<SocketId> taken;
    while (const auto tick = ticks.TakeDue(kStart + milliseconds(20 * period))) taken.push_back(tick->socket);
    EXPECT_EQ(taken, (std::vector<SocketId>{1, 2, 5, 7, 9})) << period;
  }
}

// So that a thousand clocks wake their worker a thousand times a second, and each keeps its period.
TEST(TickQueue, TheGridIsAMillisecondAndKeepsAPeriodOfMilliseconds) {
  EXPECT_EQ(TickQueue::OnGrid(kStart), kStart);
  for (const int us : {1, 500, 1000}) {
    for (int period = 0; period < 3; ++period) {
      const Clock::Time due = kStart + milliseconds(20 * period) + microseconds(us);
      EXPECT_EQ(TickQueue::OnGrid(due), kStart + milliseconds(20 * period + 1)) << us;
    }
  }
}

}  // namespace
}  // namespace benari::media
