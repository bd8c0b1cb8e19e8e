// Calls through both binaries, in every order in which Asterisk's events and answers may come.
#include <gmock/gmock.h>

#include "tests/loopback/loopback_world.h"

namespace benari::loopback {
namespace {

using fakes::Destination;
using std::chrono::milliseconds;

class OrderTest : public LoopbackTest, public ::testing::WithParamInterface<fakes::Order> {
 protected:
  void SetUp() override {
    fakes::FakeAsteriskOptions options;
    options.model.order = GetParam();
    StartAsterisk(std::move(options));
  }
};

TEST_P(OrderTest, TheCallerHearsItselfAndIsConnected) {
  StartServices({"--echo_seconds=0.5"});
  const std::string caller = asterisk().PlaceCall();
  LoggedField("phase", "connected");
  const fakes::Heard heard = asterisk().CallerHeard(caller);
  EXPECT_GT(heard.received_packets, 10u);
  EXPECT_EQ(heard.same_ssrc, 0u) << "a loop (RFC 3550 8.2)";
  EXPECT_EQ(heard.wrong_payload_type + heard.unknown_sequence + heard.wrong_payload + heard.not_rtp, 0u);
  EXPECT_EQ(Sessions().sessions_size(), 0) << "the port goes back when the echo is over";
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "completed");
}

TEST_P(OrderTest, ADestinationThatCannotBeReached) {
  StartServices({"--echo_seconds=0", "--dial_timeout_seconds=1"});
  const std::vector<std::pair<Destination, std::string>> cases = {
      {Destination::Busy(), "destination_busy"},           {Destination::Unknown(), "destination_unknown"},
      {Destination::Unallocated(), "destination_unknown"}, {Destination::Rings(), "destination_no_answer"},
      {Destination::Congestion(), "destination_failed"},   {Destination::Unroutable(), "failed"}};
  for (const auto& [destination, outcome] : cases) {
    asterisk().SetDestination("", destination);
    EXPECT_EQ(Outcome(asterisk().PlaceCall()), outcome);
  }
}

TEST_P(OrderTest, CallersThatHangUpAtAnyMoment) {
  StartServices({"--echo_seconds=0.1"});
  asterisk().SetDestination("", Destination::Answers(milliseconds(50)));
  std::vector<std::string> callers;
  for (int ms = 0; ms < 300; ms += 5) {
    callers.push_back(asterisk().PlaceCall());
    const auto hang_up_at = std::chrono::steady_clock::now() + milliseconds(ms);
    asterisk().WaitUntil(
        [&](const fakes::AsteriskModel&) { return std::chrono::steady_clock::now() >= hang_up_at; });
    asterisk().HangUpCaller(callers.back());
  }
}

std::string OrderName(const ::testing::TestParamInfo<fakes::Order>& info) {
  if (info.param == fakes::Order::kDrawn) return "Drawn";
  return info.param == fakes::Order::kEventsFirst ? "EventsFirst" : "AnswerFirst";
}

INSTANTIATE_TEST_SUITE_P(Orders, OrderTest,
                         ::testing::Values(fakes::Order::kDrawn, fakes::Order::kEventsFirst,
                                           fakes::Order::kAnswerFirst),
                         OrderName);

using CallsTest = LoopbackTest;

TEST_F(CallsTest, ManyAtATimeOverTwoNodes) {
  StartServices({"--echo_seconds=0.3"}, 2);
  std::vector<std::string> callers;
  for (int i = 0; i < 60; ++i) callers.push_back(asterisk().PlaceCall());
  asterisk().SetDestination("", Destination::HangsUp(milliseconds(200)));
  ASSERT_TRUE(Eventually([&] { return Sessions(0).sessions_size() > 0 || Sessions(1).sessions_size() > 0; }));
  for (const std::string& caller : callers) {
    if (!asterisk().EndOf(caller).has_value()) asterisk().HangUpCaller(caller);
  }
  for (const std::string& caller : callers) EXPECT_NE(Outcome(caller), "failed");
}

TEST_F(CallsTest, OtherArgumentsAreIgnoredAndLoggedOnce) {
  StartServices({"--echo_seconds=0.1"});
  fakes::CallerArgs outbound;
  outbound.args = {"outbound"};
  const std::string first = asterisk().PlaceCall(outbound);
  const std::string second = asterisk().PlaceCall(outbound);
  const std::string caller = asterisk().PlaceCall();
  LoggedField("phase", "connected");
  for (const std::string& channel : {first, second, caller}) asterisk().HangUpCaller(channel);
  EXPECT_EQ(Outcome(caller), "completed");
  int lines = 0;
  for (const std::string& line : control().process().Lines()) {
    lines += e2e::LogLine{line}.Field("argument") == "outbound" ? 1 : 0;
  }
  EXPECT_EQ(lines, 1);
}

TEST_F(CallsTest, BeyondTheLimitCallersAreRefused) {
  StartServices({"--echo_seconds=inf", "--max_calls=1"});
  const std::string caller = asterisk().PlaceCall();
  LoggedField("phase", "echo");
  const std::string refused = asterisk().PlaceCall();
  EXPECT_EQ(Outcome(refused), "refused");
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "caller_hung_up");
}

TEST_F(CallsTest, WithNoFreePortTheCallGoesOnInTheDialPlan) {
  StartAsterisk();
  StartMedia({"--rtp_port_min=29998", "--rtp_port_max=29998"});  // the later flag wins
  StartControl({"--echo_seconds=inf", "--when_full=continue"});
  ASSERT_TRUE(Eventually([this] { return asterisk_->Serves("voicebot1"); }));
  const std::string caller = asterisk().PlaceCall();
  LoggedField("phase", "echo");
  const std::string second = asterisk().PlaceCall();
  EXPECT_EQ(Outcome(second), "refused");
  EXPECT_TRUE(Eventually([&] { return asterisk().EndOf(second).has_value(); }));
  EXPECT_EQ(asterisk().EndOf(second)->continued_at, ",");
  asterisk().HangUpCaller(caller);
}

}  // namespace
}  // namespace benari::loopback
