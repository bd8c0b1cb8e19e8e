#include "tests/fakes/virtual_timers.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "tests/fakes/pause.h"

namespace benari::fakes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(VirtualTimersTest, RunsInTheOrderOfTimeThenOfCall) {
  VirtualTimers timers;
  std::string ran;
  const auto c = timers.CallAt(timers.Now() + seconds(2), [&] { ran += 'c'; });
  const auto a = timers.CallAt(timers.Now() + seconds(1), [&] { ran += 'a'; });
  const auto b = timers.CallAt(timers.Now() + seconds(1), [&] { ran += 'b'; });
  const Clock::Time start = timers.Now();
  while (timers.RunNext()) {
  }
  EXPECT_EQ(ran, "abc");
  EXPECT_EQ(timers.Now() - start, seconds(2));
}

TEST(VirtualTimersTest, ATimeThatHasPassedIsNowAndNotTheCallItself) {
  VirtualTimers timers;
  bool ran = false;
  const auto timer = timers.CallAt(timers.Now() - seconds(1), [&] { ran = true; });
  EXPECT_FALSE(ran);
  const Clock::Time before = timers.Now();
  EXPECT_TRUE(timers.RunNext());
  EXPECT_TRUE(ran);
  EXPECT_EQ(timers.Now(), before);
}

TEST(VirtualTimersTest, DestroyingATimerCancelsItAlsoFromAnotherOne) {
  VirtualTimers timers;
  bool ran = false;
  auto victim = timers.CallAt(timers.Now() + seconds(2), [&] { ran = true; });
  const auto killer = timers.CallAt(timers.Now() + seconds(1), [&] { victim.reset(); });
  while (timers.RunNext()) {
  }
  EXPECT_FALSE(ran);
}

TEST(VirtualTimersTest, ATimerMayOutliveTheClock) {
  auto timers = std::make_unique<VirtualTimers>();
  auto timer = timers->CallAt(timers->Now(), [] {});
  timers.reset();
  timer.reset();
}

TEST(VirtualTimersTest, WallTimeMovesAlong) {
  VirtualTimers timers;
  const Clock::WallTime wall = timers.WallNow();
  const auto timer = timers.CallAt(timers.Now() + seconds(5), [] {});
  timers.RunNext();
  EXPECT_EQ(timers.WallNow() - wall, seconds(5));
}

TEST(SettleTest, RunsCoroutinesAndTimersUntilThePredicateHolds) {
  boost::asio::io_context loop;
  VirtualTimers timers;
  int pauses = 0;
  const auto work = [&]() -> boost::asio::awaitable<void> {
    for (; pauses < 10; ++pauses) co_await Pause(timers, seconds(1));
  };
  boost::asio::co_spawn(loop, work, boost::asio::detached);
  const Clock::Time start = timers.Now();
  EXPECT_TRUE(Settle(loop, timers, [&] { return pauses == 3; }));
  EXPECT_EQ(timers.Now() - start, seconds(3));
  EXPECT_FALSE(Settle(
      loop, timers, [] { return false; }, milliseconds(1500)));
  EXPECT_EQ(pauses, 4);
  SettleFor(loop, timers, milliseconds(600));
  EXPECT_EQ(pauses, 5);
  EXPECT_TRUE(Settle(loop, timers, [&] { return pauses == 10; }));
}

TEST(SettleTest, IsOverWhenNothingIsLeftToRun) {
  boost::asio::io_context loop;
  VirtualTimers timers;
  EXPECT_FALSE(Settle(loop, timers, [] { return false; }));
}

}  // namespace
}  // namespace benari::fakes
