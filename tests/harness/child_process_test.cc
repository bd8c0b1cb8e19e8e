#include "tests/harness/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "absl/strings/match.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Command Shell(const std::string& script) {
  return Command{"sh", {"sh", "-c", script}, {{"WORD", "hello"}}, "", ""};
}

auto Is(const std::string& text) {
  return [text](const std::string& line) { return line == text; };
}

TEST(ChildProcess, GivesLinesOfBothStreamsAndTheExitCode) {
  ChildProcess process(Shell("echo $WORD; echo error >&2; exit 3"));
  EXPECT_TRUE(process.WaitForLine(Is("hello"), seconds(10)));
  EXPECT_TRUE(process.WaitForLine(Is("error"), seconds(10)));
  EXPECT_EQ(process.WaitForExit(seconds(10)), 3);
}

TEST(ChildProcess, WaitForLineEndsWithTheProcess) {
  ChildProcess process(Shell("echo other"));
  EXPECT_FALSE(process.WaitForLine(Is("never"), seconds(60)));
}

TEST(ChildProcess, SaysThatAProgramIsNotThere) {
  ChildProcess process(Command{"none", {"benari-no-such-program"}, {}, "", ""});
  EXPECT_EQ(process.WaitForExit(seconds(10)), 127);
  EXPECT_TRUE(absl::StrContains(process.LastLines(1), "cannot run benari-no-such-program"));
}

TEST(ChildProcess, StopKillsWhatDoesNotListen) {
  ChildProcess process(Shell("trap '' TERM; echo up; while :; do sleep 1; done"));
  ASSERT_TRUE(process.WaitForLine(Is("up"), seconds(10)));
  EXPECT_EQ(process.Stop(milliseconds(50)), 128 + SIGKILL);
}

TEST(ChildProcess, TheDestructorEndsItsGroup) {
  pid_t grandchild = 0;
  {
    ChildProcess process(Shell("sleep 1000 & echo $!; wait"));
    const auto line = process.WaitForLine([](const std::string&) { return true; }, seconds(10));
    ASSERT_TRUE(line);
    grandchild = std::stoi(*line);
    EXPECT_EQ(kill(grandchild, 0), 0);
  }
  // Whoever inherited it reaps it soon.
  for (int i = 0; i < 1000 && kill(grandchild, 0) == 0; ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_NE(kill(grandchild, 0), 0);
}

}  // namespace
}  // namespace benari::e2e
