// What surrounds a process: whoever reads its log, signals that are no end, and proxies in the environment.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/harness/http.h"
#include "tests/loopback/loopback_world.h"

namespace benari::loopback {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

constexpr std::chrono::seconds kPatience{30};

class SurroundingsTest : public LoopbackTest {
 protected:
  // One call from its beginning to its end, without a look at any log.
  void CompleteACall() {
    const std::string caller = asterisk().PlaceCall();
    const auto dialled = [](const fakes::AsteriskModel& model) {
      return std::any_of(model.channels().begin(), model.channels().end(),
                         [](const auto& each) { return absl::StrContains(each.first, ".destination"); });
    };
    ASSERT_TRUE(asterisk().WaitUntil(dialled, kPatience));
    asterisk().HangUpCaller(caller);
    const auto over = [](const fakes::AsteriskModel& model) { return model.Leftovers().empty(); };
    ASSERT_TRUE(asterisk().WaitUntil(over, kPatience));
  }

  static std::string Metrics(const Endpoint& served) {
    const auto answer = e2e::Http({.server = served, .path = "/metrics"});
    return answer.ok() ? answer->body : "";
  }
};

TEST_F(SurroundingsTest, ALogThatNobodyReadsHoldsUpNeitherCallsNorMetrics) {
  StartServices({"--echo_seconds=0.1"});
  control().process().LeaveOutputUnread();
  media().process().LeaveOutputUnread();
  constexpr int kCalls = 15;  // more lines than a page and what was read last
  for (int i = 0; i < kCalls; ++i) ASSERT_NO_FATAL_FAILURE(CompleteACall());
  EXPECT_THAT(Metrics(control().metrics()),
              HasSubstr("\nbenari_control_log_lines_dropped_total{owner=\"benari\"} 0\n"));
  EXPECT_THAT(Metrics(media().metrics()), HasSubstr("\nbenari_media_log_lines_dropped_total 0\n"));
  const size_t read_meanwhile = control().process().Lines().size();
  control().process().ReadOutputAgain();
  media().process().ReadOutputAgain();
  const auto ended = [this] {
    const std::vector<std::string> lines = control().process().Lines();
    return std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
      return e2e::LogLine{line}.message() == "call ended";
    });
  };
  EXPECT_TRUE(Eventually([&] { return ended() == kCalls; })) << ended();
  EXPECT_GT(control().process().Lines().size(), read_meanwhile) << "the pipe was never full";
}

TEST_F(SurroundingsTest, AReaderOfTheLogThatHasGoneEndsNobody) {
  StartServices({"--echo_seconds=0.1"});
  control().process().CloseOutput();
  media().process().CloseOutput();
  ASSERT_NO_FATAL_FAILURE(CompleteACall());
  ASSERT_NO_FATAL_FAILURE(CompleteACall());
  EXPECT_TRUE(control().process().Running());
  EXPECT_TRUE(media().process().Running());
  for (const Endpoint& metrics : {control().metrics(), media().metrics()})
    EXPECT_THAT(Metrics(metrics), ContainsRegex("_log_lines_dropped_total(\\{.*\\})? [1-9]"));
}

// It executes itself anew, and is what it was: neither the reader nor the terminal ends it.
TEST_F(SurroundingsTest, AStandbyOutlivesTheReaderOfItsLogAndSighup) {
  StartAsterisk();
  StartMedia();
  StartControl({"--when_replaced=stand_by"});
  const std::unique_ptr<e2e::ControlProcess> first = std::move(control_);
  first->process().CloseOutput();
  StartControl({"--when_replaced=stand_by"});
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(Metrics(first->metrics()), "\nbenari_control_standby{owner=\"benari\"} 1\n");
  }));
  first->process().Signal(SIGHUP);
  for (int i = 0; i < 3; ++i) EXPECT_NE(Metrics(first->metrics()), "");
  EXPECT_TRUE(first->process().Running());
}

TEST_F(SurroundingsTest, SighupIsSaidAndServiceGoesOn) {
  StartServices({"--echo_seconds=0.1"});
  for (e2e::ChildProcess* process : {&control().process(), &media().process()}) {
    for (size_t times = 1; times <= 2; ++times) {
      process->Signal(SIGHUP);
      EXPECT_TRUE(Eventually([&] {
        const std::vector<std::string> lines = process->Lines();
        return std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
                 return absl::StartsWith(e2e::LogLine{line}.message(), "SIGHUP: ");
               }) == static_cast<int>(times);
      }));
    }
  }
  ASSERT_NO_FATAL_FAILURE(CompleteACall());
  control().process().Signal(SIGTERM);
  EXPECT_EQ(control().process().WaitForExit(kPatience), 0);
  media().process().Signal(SIGTERM);
  Eventually([this] { return !media().process().Running(); });
  EXPECT_EQ(media().process().WaitForExit(kPatience), 0);
}

TEST_F(SurroundingsTest, AMediaNameWhoseLookUpHangsDoesNotKeepControlFromAsterisk) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "nothing may be loaded before a sanitizer's runtime";
#endif
  StartAsterisk();
  StartMedia();
  setenv("LD_PRELOAD", BENARI_HANGING_NAMES, /*overwrite=*/1);
  StartControl({"--echo_seconds=0.1", absl::StrCat("--media=dns:///once.test:", media().grpc().port),
                absl::StrCat("--ari_url=http://localhost:", asterisk().http().port, "/ari")});
  unsetenv("LD_PRELOAD");
  Logged("the name service hangs");
  asterisk().DropWebSocket();
  Logged("ARI events disconnected");
  ASSERT_TRUE(Eventually([this] { return asterisk().Serves("voicebot1"); }));
  ASSERT_NO_FATAL_FAILURE(CompleteACall());
}

TEST_F(SurroundingsTest, AProxyInTheEnvironmentIsNotUsed) {
  const std::string dead = "http://127.0.0.1:9";
  const char* const names[] = {"http_proxy", "https_proxy", "grpc_proxy", "all_proxy", "HTTP_PROXY"};
  for (const char* name : names) setenv(name, dead.c_str(), /*overwrite=*/1);
  StartServices({"--echo_seconds=0.1"});
  ASSERT_NO_FATAL_FAILURE(CompleteACall());
  e2e::ChildProcess probe(
      {"healthcheck",
       {BENARI_MEDIA_BINARY, "--healthcheck", "--grpc_listen=" + media().grpc().ToString()},
       {},
       "",
       ""});
  EXPECT_EQ(probe.WaitForExit(kPatience), 0) << probe.LastLines(5);
  for (const char* name : names) unsetenv(name);
}

}  // namespace
}  // namespace benari::loopback
