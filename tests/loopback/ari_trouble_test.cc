// What may happen between control and Asterisk.
#include <gmock/gmock.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/harness/process_view.h"
#include "tests/loopback/loopback_world.h"

namespace benari::loopback {
namespace {

using fakes::Destination;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

using AriTroubleTest = LoopbackTest;

TEST_F(AriTroubleTest, CallsGoOnWhenTheWebSocketBreaks) {
  StartServices({"--echo_seconds=1"});
  const std::string caller = asterisk().PlaceCall();
  LoggedField("phase", "echo");
  asterisk().DropWebSocket();
  Logged("ARI events disconnected");
  LoggedField("phase", "connected");
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "completed");
}

TEST_F(AriTroubleTest, WhenAsteriskDiesLeasesAreReleasedAndControlComesBack) {
  StartServices({"--echo_seconds=inf"});
  const std::string first = asterisk().PlaceCall();
  LoggedField("phase", "echo");
  asterisk().Stop();
  EXPECT_TRUE(Eventually([this] { return Sessions().sessions_size() == 0; }));
  EXPECT_EQ(Outcome(first), "caller_hung_up");
  asterisk().Start();
  ASSERT_TRUE(Eventually([this] { return asterisk().Serves("voicebot1"); }));
  const std::string second = asterisk().PlaceCall();
  EXPECT_TRUE(Eventually([this] { return Sessions().sessions_size() == 1; }));
  asterisk().HangUpCaller(second);
  EXPECT_EQ(Outcome(second), "caller_hung_up");
}

TEST_F(AriTroubleTest, AnAsteriskThatDropsLateFramesIsSaidOnce) {
  fakes::FakeAsteriskOptions options;
  options.model.version = "22.10.1~dfsg+~cs6.17.60671435-1";
  StartAsterisk(options);
  StartServices({"--echo_seconds=inf"});
  const auto lines_with = [this](const std::string& text) {
    int count = 0;
    for (const std::string& line : control().process().Lines()) count += absl::StrContains(line, text);
    return count;
  };
  const auto warnings = [&] { return lines_with("drops late audio frames"); };
  EXPECT_TRUE(Eventually([&] { return warnings() == 1; }));
  asterisk().DropWebSocket();
  EXPECT_TRUE(Eventually([&] { return lines_with("ARI events connected") == 2; }));
  const std::string caller = asterisk().PlaceCall();
  LoggedField("phase", "echo");
  EXPECT_EQ(warnings(), 1);
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "caller_hung_up");
}

TEST_F(AriTroubleTest, SlowAnswersMakeSlowCallsAndNothingElse) {
  StartServices({"--echo_seconds=0.1", "--ari_connections=4"});
  asterisk().SetAnswerDelay(milliseconds(500));
  std::vector<std::string> callers;
  for (int i = 0; i < 8; ++i) callers.push_back(asterisk().PlaceCall());
  asterisk().SetDestination("", Destination::HangsUp(milliseconds(100)));
  EXPECT_LE(asterisk().http_connections(), 5) << "four of requests, one of events";
  for (const std::string& caller : callers) EXPECT_NE(Outcome(caller), "");
  EXPECT_EQ(asterisk().refused_connections(), 0);
}

// Far more than can be answered: some calls are set up, the others are refused, and what was begun is undone
// before anything new is begun.
TEST_F(AriTroubleTest, AHundredCallersWhileEachAnswerTakesTwoSeconds) {
  constexpr int kConnections = 8;
  constexpr double kRequestsOfACall = 2;  // at a time
  StartServices({"--echo_seconds=0.1", absl::StrCat("--ari_connections=", kConnections)});
  asterisk().SetDestination("", Destination::HangsUp(milliseconds(100)));
  asterisk().SetAnswerDelay(milliseconds(2000));
  std::vector<std::string> callers;
  for (int i = 0; i < 100; ++i) callers.push_back(asterisk().PlaceCall());
  double waiting = 0;
  const auto metric = [this](const std::string& name) {
    const auto value = e2e::ReadMetric(control().metrics(), name);
    EXPECT_TRUE(value.ok()) << value.status();
    return value.value_or(0);
  };
  const auto sample = [&] {
    waiting = std::max(waiting, metric("benari_control_ari_requests_waiting"));
    EXPECT_LE(asterisk().http_connections(), kConnections + 1) << "and the event stream";
    EXPECT_LE(metric("benari_control_ari_connections"), kConnections);
  };
  const std::string refused = "benari_control_calls_refused_total{reason=\"overloaded\"}";
  EXPECT_TRUE(Eventually([&] {
    sample();
    return metric(refused) > 0;
  }));
  // Whoever comes now is refused without anything being begun for it.
  const std::string late = asterisk().PlaceCall();
  callers.push_back(late);
  int ended = 0;
  for (const std::string& caller : callers) {
    EXPECT_NE(Outcome(caller), "") << "after " << ended << " calls";
    ++ended;
    sample();
  }
  EXPECT_EQ(Outcome(late), "refused");
  EXPECT_LE(waiting, kRequestsOfACall * static_cast<double>(callers.size()));
  EXPECT_EQ(asterisk().refused_connections(), 0);
  EXPECT_EQ(metric("benari_control_swept_total"), 0) << "every call cleans up after itself";
  for (const std::string& line : control().process().Lines()) {
    EXPECT_NE(e2e::LogLine{line}.message(), "undo failed") << line;
  }
}

TEST_F(AriTroubleTest, AWrongPasswordIsSaid) {
  StartAsterisk();
  StartMedia();
  StartControl({"--ari_user=nobody"});
  EXPECT_THAT(Logged("cannot connect to ARI events").Field("reason"), HasSubstr("401"));
}

TEST_F(AriTroubleTest, AnUnreachableAriIsSaidAndWaitedFor) {
  StartAsterisk();
  asterisk().Stop();
  StartMedia();
  StartControl({"--echo_seconds=inf"});
  EXPECT_THAT(Logged("cannot connect to ARI events").Field("reason"),
              HasSubstr("look at --ari_url=http://127.0.0.1:"));
  asterisk().Start();
  ASSERT_TRUE(Eventually([this] { return asterisk().Serves("voicebot1"); }));
}

TEST_F(AriTroubleTest, ANewInstanceTakesOverAndTheOldOneEndsUndoingNothing) {
  StartServices({"--echo_seconds=2"});
  const std::string caller = asterisk().PlaceCall();
  LoggedField("phase", "echo");
  const auto old = std::move(control_);
  StartControl({"--echo_seconds=2"});
  EXPECT_EQ(old->process().WaitForExit(std::chrono::seconds(20)), 0);
  EXPECT_EQ(Logged("call adopted").Field("call"), caller);
  LoggedField("phase", "connected");
  EXPECT_EQ(asterisk().CallerHeard(caller).wrong_payload, 0u);
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "completed");
}

TEST_F(AriTroubleTest, AKilledControlIsFollowedByOneThatAdopts) {
  StartServices({"--echo_seconds=inf"});
  const std::string stays = asterisk().PlaceCall();
  const std::string leaves = asterisk().PlaceCall();
  ASSERT_TRUE(Eventually([this] { return Sessions().sessions_size() == 2; }));
  ASSERT_TRUE(
      asterisk().WaitUntil([](const fakes::AsteriskModel& model) { return model.bridges().size() == 2; }));
  control_->process().Signal(SIGKILL);
  control_->process().WaitForExit(std::chrono::seconds(20));
  asterisk().HangUpCaller(leaves);
  StartControl({"--echo_seconds=inf"});
  EXPECT_EQ(Logged("call adopted").Field("call"), stays);
  EXPECT_TRUE(Eventually([this] { return Sessions().sessions_size() == 1; })) << "a hang-up that nobody saw";
  asterisk().HangUpCaller(stays);
  EXPECT_EQ(Outcome(stays), "caller_hung_up");
}

}  // namespace
}  // namespace benari::loopback
