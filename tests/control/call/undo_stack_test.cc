#include "control/call/undo_stack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace benari::control {
namespace {

using ::testing::ElementsAre;

class UndoTest : public ::testing::Test {
 protected:
  UndoStack::Step Step(const std::string& name, int failures = 0) {
    auto left = std::make_shared<int>(failures);
    return [this, name, left]() -> UndoStack::Awaitable<void> {
      ran.push_back(name);
      if ((*left)-- > 0) throw std::runtime_error(name + " failed");
      co_return;
    };
  }
  template <typename T>
  void Run(boost::asio::awaitable<T> work) {
    boost::asio::co_spawn(loop, std::move(work), boost::asio::detached);
    loop.run();
    loop.restart();
  }

  boost::asio::io_context loop;
  std::vector<std::string> ran;
  std::vector<std::string> reported;
  boost::asio::awaitable<void> Pause(bool last) {
    ran.push_back(last ? "long pause" : "pause");
    co_return;
  }

  UndoStack undo{[this](bool last) { return Pause(last); },
                 [this](const std::string& step, const std::string&) { reported.push_back(step); }};
};

TEST_F(UndoTest, RunsInReverseOrderAndOnce) {
  undo.Defer("a", Step("a"));
  const auto b = undo.Defer("b", Step("b"));
  undo.Defer("c", Step("c"));
  Run(undo.RunNow(b));
  Run(undo.RunAll());
  Run(undo.RunAll());
  EXPECT_THAT(ran, ElementsAre("b", "c", "a"));
  EXPECT_TRUE(undo.empty());
}

TEST_F(UndoTest, AFailureStopsNothingAndIsTriedAgain) {
  undo.Defer("a", Step("a"));
  undo.Defer("once", Step("once", 1));
  undo.Defer("later", Step("later", 2));
  undo.Defer("never", Step("never", 100));
  Run(undo.RunAll());
  EXPECT_THAT(ran, ElementsAre("never", "pause", "never", "later", "pause", "later", "once", "pause", "once",
                               "a", "long pause", "never", "long pause", "never", "long pause", "later"));
  EXPECT_THAT(reported, ElementsAre("never"));
}

}  // namespace
}  // namespace benari::control
