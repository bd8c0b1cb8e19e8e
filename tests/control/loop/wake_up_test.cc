#include "control/loop/wake_up.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/fakes/virtual_timers.h"

namespace benari::control {
namespace {

using ::testing::ElementsAre;

TEST(WakeUp, EndsByConditionOrByTime) {
  boost::asio::io_context loop;
  fakes::VirtualTimers timers;
  WakeUp wake_up(loop.get_executor(), timers);
  bool condition = false;
  std::vector<bool> ends;
  const auto wait = [&](Clock::Time until) -> boost::asio::awaitable<void> {
    std::function<bool()> holds = [&condition] { return condition; };
    const bool held = co_await wake_up.WaitUntil(holds, until);
    ends.push_back(held);
  };
  const auto began = timers.Now();
  boost::asio::co_spawn(loop, wait(began + std::chrono::seconds(5)), boost::asio::detached);
  fakes::SettleFor(loop, timers, std::chrono::seconds(3));
  wake_up.Wake();  // for nothing: it waits on
  fakes::SettleFor(loop, timers, std::chrono::seconds(1));
  EXPECT_TRUE(ends.empty());
  fakes::SettleFor(loop, timers, std::chrono::seconds(1));
  EXPECT_THAT(ends, ElementsAre(false));
  boost::asio::co_spawn(loop, wait(Clock::Time::max()), boost::asio::detached);
  fakes::SettleFor(loop, timers, std::chrono::hours(1));
  condition = true;
  wake_up.Wake();
  fakes::SettleFor(loop, timers, std::chrono::seconds(0));
  EXPECT_THAT(ends, ElementsAre(false, true));
}

}  // namespace
}  // namespace benari::control
