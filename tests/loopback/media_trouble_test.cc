// What may happen between control and media.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/harness/process_view.h"
#include "tests/loopback/loopback_world.h"

namespace benari::loopback {
namespace {

using std::chrono::milliseconds;

class MediaTroubleTest : public LoopbackTest {
 protected:
  // The node that has the only session, and the other one.
  size_t Busy() { return Sessions(0).sessions_size() > 0 ? 0 : 1; }
};

TEST_F(MediaTroubleTest, ANodeThatIsKilledIsReplacedWithinTwoSeconds) {
  StartServices({"--echo_seconds=inf"}, 2);
  const std::string caller = asterisk().PlaceCall();
  Logged("echo heard");
  const size_t busy = Busy();
  const uint64_t heard = asterisk().CallerHeard(caller).received_packets;
  media(busy).process().Signal(SIGKILL);
  Logged("media replaced");
  ASSERT_TRUE(Eventually([&] { return asterisk().CallerHeard(caller).received_packets > heard + 50; }));
  EXPECT_LT(asterisk().CallerHeard(caller).longest_gap, milliseconds(2000));
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "caller_hung_up");
}

TEST_F(MediaTroubleTest, ANodeThatHangsIsReplaced) {
  StartServices({"--echo_seconds=inf"}, 2);
  const std::string caller = asterisk().PlaceCall();
  Logged("echo heard");
  const size_t busy = Busy();
  const uint64_t heard = asterisk().CallerHeard(caller).received_packets;
  media(busy).process().Signal(SIGSTOP);
  Logged("media replaced");
  ASSERT_TRUE(Eventually([&] { return asterisk().CallerHeard(caller).received_packets > heard + 50; }));
  media(busy).process().Signal(SIGCONT);  // what it still holds runs out
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "caller_hung_up");
}

TEST_F(MediaTroubleTest, WithNoOtherNodeTheCallGoesOnToTheDestination) {
  StartServices({"--echo_seconds=inf"});
  const std::string caller = asterisk().PlaceCall();
  Logged("echo heard");
  media().process().Signal(SIGKILL);
  LoggedField("phase", "connected");
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "completed");
}

TEST_F(MediaTroubleTest, WithNoNodeAtAllCallersAreRefusedNotLeftInSilence) {
  StartServices();
  Logged("media node up");
  media().process().Signal(SIGKILL);
  media().process().WaitForExit(std::chrono::seconds(10));
  Logged("media node lost");
  EXPECT_EQ(Outcome(asterisk().PlaceCall()), "refused");
}

TEST_F(MediaTroubleTest, ADrainingNodeKeepsItsSessionsAndGetsNoNewOnes) {
  StartServices({"--echo_seconds=inf"}, 2);
  const std::string first = asterisk().PlaceCall();
  Logged("echo heard");
  const size_t draining = Busy();
  media(draining).process().Signal(SIGTERM);
  const auto says_so = [](const std::string& line) { return e2e::LogLine{line}.message() == "draining"; };
  ASSERT_TRUE(media(draining).process().WaitForLine(says_so, std::chrono::seconds(20)).has_value());
  std::vector<std::string> others;
  for (int i = 0; i < 3; ++i) others.push_back(asterisk().PlaceCall());
  ASSERT_TRUE(Eventually([&] { return Sessions(1 - draining).sessions_size() == 3; }));
  EXPECT_EQ(Sessions(draining).sessions_size(), 1);
  asterisk().HangUpCaller(first);
  EXPECT_EQ(media(draining).process().WaitForExit(std::chrono::seconds(20)), 0);
  for (const std::string& caller : others) asterisk().HangUpCaller(caller);
}

TEST_F(MediaTroubleTest, ANodeThatIsToldToEndIsNoLostOne) {
  StartServices({"--echo_seconds=inf"}, 2);
  ASSERT_TRUE(Eventually(
      [this] { return e2e::ReadMetric(media().metrics(), "benari_media_watchers").value_or(0) == 1; }));
  media().process().Signal(SIGTERM);
  EXPECT_EQ(media().process().WaitForExit(std::chrono::seconds(20)), 0);
  EXPECT_EQ(Logged("media node has drained and ended").Field("node"), media().grpc().ToString());
  for (const std::string& line : control().process().Lines()) {
    EXPECT_NE(e2e::LogLine{line}.message(), "media node lost") << line;
  }
}

TEST_F(MediaTroubleTest, ASessionThatOutlivesTheDrainMovesToAnotherNode) {
  StartAsterisk();
  for (int i = 0; i < 2; ++i) StartMedia({"--drain_seconds=1"});
  StartControl({"--echo_seconds=inf"});
  ASSERT_TRUE(Eventually([this] { return asterisk().Serves("voicebot1"); }));
  const std::string caller = asterisk().PlaceCall();
  Logged("echo heard");
  const size_t draining = Busy();
  media(draining).process().Signal(SIGTERM);
  EXPECT_EQ(media(draining).process().WaitForExit(std::chrono::seconds(20)), 0);
  Logged("media replaced");
  const uint64_t heard = asterisk().CallerHeard(caller).received_packets;
  ASSERT_TRUE(Eventually([&] { return asterisk().CallerHeard(caller).received_packets > heard + 50; }));
  EXPECT_LT(asterisk().CallerHeard(caller).longest_gap, milliseconds(2000));
  asterisk().HangUpCaller(caller);
  EXPECT_EQ(Outcome(caller), "caller_hung_up");
}

}  // namespace
}  // namespace benari::loopback
