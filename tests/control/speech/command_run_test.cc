// Commands that end well, badly, late, or not at all; real processes.
#include "control/speech/command_run.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/harness/run_folder.h"

namespace benari::control {
namespace {

using e2e::ReadFile;
using e2e::RunFolder;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class CommandRunTest : public ::testing::Test {
 protected:
  bool RunUntil(const std::function<bool()>& done) {
    const auto give_up = std::chrono::steady_clock::now() + seconds(60);
    while (!done() && std::chrono::steady_clock::now() < give_up) {
      loop_.restart();
      loop_.run_one_for(milliseconds(20));
    }
    return done();
  }
  void Start(const std::string& script, milliseconds timeout = seconds(60)) {
    auto run = CommandRun::Start(loop_.get_executor(), {"sh", "-c", script, "sh", folder_.path()}, timeout,
                                 [this](const absl::Status& status) { end_ = status; });
    ASSERT_TRUE(run.ok()) << run.status();
    EXPECT_FALSE(end_.has_value()) << "called from within";
    run_ = *std::move(run);
  }
  std::string ErrorOf(const std::string& script, milliseconds timeout = seconds(60)) {
    end_.reset();
    Start(script, timeout);
    EXPECT_TRUE(RunUntil([this] { return end_.has_value(); }));
    EXPECT_FALSE(end_->ok());
    return std::string(end_->message());
  }
  // Written by a script to this file.
  pid_t PidIn(const std::string& file) {
    const auto written = [&] { return absl::EndsWith(ReadFile(folder_.File(file)), "\n"); };
    EXPECT_TRUE(RunUntil(written)) << file;
    int pid = 0;
    EXPECT_TRUE(absl::SimpleAtoi(ReadFile(folder_.File(file)), &pid));
    return pid;
  }
  // A process that has ended but was not reaped by its parent does not run.
  static bool Runs(pid_t pid) {
    const std::string stat = ReadFile(absl::StrCat("/proc/", pid, "/stat"));
    return !stat.empty() && !absl::StrContains(stat, ") Z ");
  }
  // Who is killed runs on for a moment.
  bool UntilGone(pid_t pid) {
    return RunUntil([pid] { return !Runs(pid); });
  }
  // No zombie stays.
  bool UntilReaped(pid_t pid) {
    return RunUntil([pid] { return kill(pid, 0) == -1; });
  }

  const RunFolder folder_{std::filesystem::temp_directory_path(), "benari-command-"};
  boost::asio::io_context loop_;
  std::optional<absl::Status> end_;
  std::shared_ptr<CommandRun> run_;
};

TEST_F(CommandRunTest, ThatEndsWell) {
  Start("echo much; echo said >&2; exit 0");
  ASSERT_TRUE(RunUntil([this] { return end_.has_value(); }));
  EXPECT_TRUE(end_->ok()) << *end_;
}

TEST_F(CommandRunTest, ThatFailsSaysHowAndTheLastLineOfItsStderr) {
  EXPECT_EQ(ErrorOf("echo first >&2; echo 'no voice \"x\"' >&2; echo >&2; exit 3"),
            "exited with 3: no voice \\\"x\\\"");
  EXPECT_EQ(ErrorOf("exit 1"), "exited with 1");
  EXPECT_EQ(ErrorOf("kill -SEGV $$"), "was ended by signal 11");
  EXPECT_THAT(ErrorOf("printf '\\033[31m%0300d\\n' 0 >&2; exit 1"),
              AllOf(HasSubstr("\\033[31m000"), Not(HasSubstr("\n"))));
}

TEST_F(CommandRunTest, AMegabyteOfErrorsHoldsItUpNeither) {
  EXPECT_EQ(ErrorOf("head -c 1048576 /dev/zero | tr '\\0' x >&2; echo >&2; echo last >&2; exit 2"),
            "exited with 2: last");
}

TEST_F(CommandRunTest, ThatIsNotThereIsSaid) {
  const auto run =
      CommandRun::Start(loop_.get_executor(), {"/nowhere/flite", "-t", "a"}, seconds(1), nullptr);
  EXPECT_EQ(std::string(run.status().message()),
            "/nowhere/flite cannot be started: No such file or directory");
}

// On a slow machine it gets more time, to be well under way.
TEST_F(CommandRunTest, ThatIsLateIsKilledWithItsGroup) {
  const std::string script =
      "sh -c 'echo $$ >$0/child; exec sleep 1000' $1 & echo half >&2; echo $$ >$1/leader; wait";
  const auto under_way = [this] {
    return !ReadFile(folder_.File("child")).empty() && !ReadFile(folder_.File("leader")).empty();
  };
  for (milliseconds timeout(500); !under_way(); timeout *= 2) {
    ASSERT_LT(timeout, seconds(60));
    EXPECT_THAT(ErrorOf(script, timeout),
                StartsWith(absl::StrCat("was not done within ", timeout.count(), " ms, and was killed")));
  }
  EXPECT_THAT(std::string(end_->message()), EndsWith("killed: half"));
  EXPECT_TRUE(UntilGone(PidIn("child")));
  EXPECT_FALSE(Runs(PidIn("leader")));
}

TEST_F(CommandRunTest, WhatItLeavesBehindGoesAndNobodyWaitsForIt) {
  Start("sh -c 'echo $$ >$0/child; exec sleep 1000' $1 & while ! [ -s $1/child ]; do :; done");
  ASSERT_TRUE(RunUntil([this] { return end_.has_value(); }));
  EXPECT_TRUE(end_->ok()) << *end_;
  EXPECT_TRUE(UntilGone(PidIn("child")));
}

// Real and effective user are nobody's: whoever runs as root is another user's.
class AnotherUser {
 public:
  AnotherUser() { EXPECT_EQ(setresuid(1, 1, 0), 0); }
  ~AnotherUser() {
    EXPECT_EQ(seteuid(0), 0);
    EXPECT_EQ(setresuid(0, 0, 0), 0);
  }
};

TEST_F(CommandRunTest, WhoCannotBeKilledHoldsNobodyUp) {
  if (geteuid() != 0) GTEST_SKIP() << "only root has processes of two users";
  Start("echo $$ >$1/leader; exec sleep 1000", milliseconds(1));
  {
    const AnotherUser another;
    ASSERT_TRUE(RunUntil([this] { return end_.has_value(); }));
    EXPECT_EQ(std::string(end_->message()), "was not done within 1 ms, and cannot be killed");
    run_.reset();
  }
  const pid_t leader = PidIn("leader");
  EXPECT_TRUE(Runs(leader));
  kill(leader, SIGKILL);
  EXPECT_TRUE(UntilReaped(leader));
}

TEST_F(CommandRunTest, WhoCannotBeKilledDoesNotHoldUpItsEnd) {
  if (geteuid() != 0) GTEST_SKIP() << "only root has processes of two users";
  Start("echo $$ >$1/leader; exec sleep 1000");
  const pid_t leader = PidIn("leader");
  {
    const AnotherUser another;
    run_.reset();
  }
  EXPECT_TRUE(Runs(leader));
  kill(leader, SIGKILL);
  EXPECT_TRUE(UntilReaped(leader));
  EXPECT_FALSE(end_.has_value());
}

// Its disposition is inherited; children are then reaped by the kernel, which keeps no status.
TEST_F(CommandRunTest, WhoeverIgnoresItsChildrenKnowsHowTheyEnded) {
  signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(ErrorOf("exit 3"), "exited with 3");
  signal(SIGCHLD, SIG_DFL);
}

TEST_F(CommandRunTest, AStatusThatIsNotThereIsNoSuccess) {
  Start("echo $$ >$1/leader");
  siginfo_t exited;
  ASSERT_EQ(waitid(P_ALL, 0, &exited, WEXITED), 0) << "somebody else reaps it";
  ASSERT_TRUE(RunUntil([this] { return end_.has_value(); }));
  EXPECT_EQ(std::string(end_->message()), "has exited, with a status that is not known");
}

TEST_F(CommandRunTest, DestroyedItIsKilledAndNobodyIsCalled) {
  Start("echo $$ >$1/leader; exec sleep 1000");
  const pid_t leader = PidIn("leader");
  EXPECT_TRUE(Runs(leader));
  run_.reset();
  EXPECT_TRUE(UntilReaped(leader));
  EXPECT_FALSE(end_.has_value());
}

TEST_F(CommandRunTest, ItHasNothingOfThisProcess) {
  setenv("BENARI_ARI_PASSWORD", "secret", 1);
  const int open_without_cloexec = open("/dev/null", O_RDONLY);
  signal(SIGPIPE, SIG_IGN);
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, nullptr);
  Start(
      "env >$1/env; cat /proc/self/status >$1/status; ls /proc/self/fd >$1/fds; cat "
      ">$1/input");
  ASSERT_TRUE(RunUntil([this] { return end_.has_value(); }));
  pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
  signal(SIGPIPE, SIG_DFL);
  close(open_without_cloexec);
  unsetenv("BENARI_ARI_PASSWORD");
  EXPECT_TRUE(end_->ok()) << *end_;
  EXPECT_THAT(ReadFile(folder_.File("env")), AllOf(HasSubstr("PATH="), Not(HasSubstr("BENARI"))));
  EXPECT_THAT(ReadFile(folder_.File("status")), AllOf(HasSubstr("SigBlk:\t0000000000000000"),
                                                      ContainsRegex("SigIgn:	0000000[01][08]0000000")));
  EXPECT_EQ(ReadFile(folder_.File("fds")), "0\n1\n2\n3\n") << "and that of ls";
  EXPECT_EQ(ReadFile(folder_.File("input")), "");
}

}  // namespace
}  // namespace benari::control
