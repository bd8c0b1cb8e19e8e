// Both services as units of Type=notify, with this test in place of systemd.
#include <gmock/gmock.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/common/notify_socket.h"
#include "tests/loopback/loopback_world.h"

namespace benari::loopback {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds kPatience{60};

pid_t ThreadNamed(pid_t process, const std::string& name) {
  for (const auto& task : std::filesystem::directory_iterator(absl::StrCat("/proc/", process, "/task"))) {
    std::string comm;
    std::ifstream(task.path() / "comm") >> comm;
    pid_t thread = 0;
    if (comm == name && absl::SimpleAtoi(task.path().filename().string(), &thread)) return thread;
  }
  return -1;
}

class ServiceManagerTest : public LoopbackTest {
 protected:
  // One process at a time, so that each assignment is known to be its.
  bool Waits(const std::string& text) { return systemd_.WaitFor(text, &position_); }

  // Of which nothing is heard.
  void StartMediaAlone() {
    unsetenv("NOTIFY_SOCKET");
    StartMedia();
    setenv("NOTIFY_SOCKET", systemd_.path().c_str(), /*overwrite=*/1);
  }

  std::string WriteFile(const std::string& name, const std::string& text) {
    const std::string path = absl::StrCat(::testing::TempDir(), "service_manager_", getpid(), "_", name);
    std::ofstream(path) << text;
    return path;
  }

  static std::string LineWith(e2e::ChildProcess& process, const std::string& text) {
    const auto fits = [&](const std::string& line) { return absl::StrContains(line, text); };
    return process.WaitForLine(fits, kPatience).value_or("no line with " + text);
  }

  NotifySocket systemd_;
  size_t position_ = 0;
};

TEST_F(ServiceManagerTest, ControlIsReadyWhenItServesAndSaysHowItFares) {
  StartAsterisk();
  asterisk().Stop();
  StartMediaAlone();
  StartControl({"--echo_seconds=inf", "--drain_seconds=60"});
  ASSERT_TRUE(Waits("STATUS=waiting for Asterisk: "));
  asterisk().Start();
  ASSERT_TRUE(Waits("READY=1"));
  ASSERT_TRUE(Eventually([this] { return asterisk().Serves("voicebot1"); }));
  const std::string caller = asterisk().PlaceCall();
  ASSERT_TRUE(Waits("STATUS=serving: 1 calls, media nodes up: 1"));
  ASSERT_TRUE(Waits("WATCHDOG=1"));
  control().process().Signal(SIGHUP);
  ASSERT_TRUE(Waits("RELOADING=1"));
  ASSERT_TRUE(Waits("READY=1"));
  control().process().Signal(SIGTERM);
  ASSERT_TRUE(Waits("STOPPING=1"));
  ASSERT_TRUE(Waits("STATUS=draining: 1 calls"));
  ASSERT_TRUE(Waits("EXTEND_TIMEOUT_USEC="));
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(control().process().WaitForExit(kPatience), 0);
}

TEST_F(ServiceManagerTest, AStandbyIsReady) {
  StartAsterisk();
  StartMediaAlone();
  StartControl({"--when_replaced=stand_by"});
  ASSERT_TRUE(Eventually([this] { return asterisk().Serves("voicebot1"); }));
  const auto first = std::move(control_);
  ASSERT_TRUE(Waits("STATUS=serving: 0 calls"));
  StartControl({"--when_replaced=stand_by"});  // the first one executes itself anew
  ASSERT_TRUE(Waits("STATUS=standing by"));
  ASSERT_TRUE(Waits("READY=1"));
}

TEST_F(ServiceManagerTest, Sigusr1LeavesTheCallsToTheNextInstance) {
  StartServices({"--echo_seconds=inf"});
  const std::string caller = asterisk().PlaceCall();
  LoggedField("phase", "echo");
  control().process().Signal(SIGUSR1);
  EXPECT_EQ(control().process().WaitForExit(kPatience), 0);
  EXPECT_FALSE(asterisk().EndOf(caller).has_value());
  StartControl({"--echo_seconds=inf"});
  EXPECT_EQ(Logged("call adopted").Field("call"), caller);
  asterisk().HangUpCaller(caller);
}

TEST_F(ServiceManagerTest, SighupReadsThePasswordAgain) {
  StartAsterisk();
  StartMedia();
  const std::string password = WriteFile("password", "wrong");
  const std::string settings = WriteFile("settings", "echo_seconds = 0.1");
  StartControl({"--ari_password_file=" + password, "--config=" + settings});
  EXPECT_THAT(Logged("cannot connect to ARI events").Field("reason"), HasSubstr("401"));
  WriteFile("password", "");
  control().process().Signal(SIGHUP);
  EXPECT_THAT(Logged("SIGHUP: credentials and certificates stay as they were").Field("why"),
              HasSubstr(password));
  WriteFile("password", "loopback\n");
  WriteFile("settings", "echo_seconds = 0.2");
  control().process().Signal(SIGHUP);
  EXPECT_EQ(
      Logged("settings have changed, and need a restart: they are read at the start only").Field("files"),
      settings);
  EXPECT_EQ(Logged("SIGHUP: credentials and certificates were read again").Field("files"), password);
  EXPECT_TRUE(Eventually([this] { return asterisk().Serves("voicebot1"); }));
  std::filesystem::remove(password);
  std::filesystem::remove(settings);
}

TEST_F(ServiceManagerTest, MediaSaysHowItFares) {
  StartMedia({"--drain_seconds=60"});
  ASSERT_TRUE(Waits("STATUS=serving: 0 of 500 ports in use"));
  ASSERT_TRUE(Waits("READY=1"));
  ASSERT_TRUE(Waits("WATCHDOG=1"));
  media().process().Signal(SIGHUP);
  ASSERT_TRUE(Waits("RELOADING=1"));
  ASSERT_TRUE(Waits("READY=1"));
  media().process().Signal(SIGTERM);
  ASSERT_TRUE(Waits("STOPPING=1"));
  EXPECT_EQ(media().process().WaitForExit(kPatience), 0);
}

// The main thread, which feeds the watchdog, goes on meanwhile.
TEST_F(ServiceManagerTest, AWorkerThatHangsIsNoLifeSign) {
  StartMedia();
  ASSERT_TRUE(Waits("WATCHDOG=1"));
  const pid_t worker = ThreadNamed(media().process().pid(), "worker");
  ASSERT_EQ(ptrace(PTRACE_SEIZE, worker, nullptr, nullptr), 0);
  ASSERT_EQ(ptrace(PTRACE_INTERRUPT, worker, nullptr, nullptr), 0);
  LineWith(media().process(), "a worker thread hangs");
  ASSERT_EQ(waitpid(worker, nullptr, __WALL), worker);
  ASSERT_EQ(ptrace(PTRACE_DETACH, worker, nullptr, nullptr), 0);
  LineWith(media().process(), "the worker threads respond again");
  position_ = systemd_.Assignments().size();
  ASSERT_TRUE(Waits("WATCHDOG=1"));
}

}  // namespace
}  // namespace benari::loopback
