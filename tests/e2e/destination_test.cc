// After the echo: the destination answers, is busy, unknown, silent, or hangs up first.
#include <gmock/gmock.h>

#include "tests/e2e/call_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class DestinationTest : public CallTest {
 protected:
  // The lease must be back as soon as the echo is over, while the call goes on.
  void ExpectNoLeaseWhileConnected() {
    const auto listed = media_view().ListSessions();
    ASSERT_TRUE(listed.ok()) << listed.status();
    EXPECT_EQ(listed->sessions_size(), 0) << AsJson(*listed);
  }
};

TEST_F(DestinationTest, AnswersAndIsHeard) {
  StartServices({"--echo_seconds=1"});
  const auto trunk = Trunk("trunk_answers");
  const auto phone = Phone("phone_hangs_up", milliseconds(5000));
  const auto tap = RtpTap::Start(phone->rtp_port());
  ASSERT_TRUE(tap.ok()) << tap.status();
  WaitForPhase("connected");
  ExpectNoLeaseWhileConnected();
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "completed");
  EXPECT_THAT(trunk->Messages(), HasSubstr("INVITE sip:4438007@"));
  // The destination echoes as well, so much more comes back than the second of media's echo. The two echoes
  // may differ in delay: most samples are equal at that of the destination's.
  const AudioMatch match = CompareAudio((*tap)->Sent(), (*tap)->Heard());
  EXPECT_GT(match.equal, 15'000u) << "of " << match.compared << " at a delay of " << match.delay_ms << " ms";
}

TEST_F(DestinationTest, HangsUpFirst) {
  StartServices({"--echo_seconds=0.5"});
  const auto trunk = Trunk("trunk_hangs_up", milliseconds(500));
  const auto phone = Phone("phone_waits");
  ExpectAllWell(*phone);
  EXPECT_EQ(phone->HangupCause(), 16);
  EXPECT_EQ(Outcome(), "completed");
}

// The cause that the caller's phone is told, Q.850.
TEST_F(DestinationTest, IsBusy) {
  StartServices({"--echo_seconds=0.5"});
  const auto trunk = Trunk("trunk_busy");
  const auto phone = Phone("phone_waits");
  ExpectAllWell(*phone);
  EXPECT_EQ(phone->HangupCause(), 17);
  EXPECT_EQ(Outcome(), "destination_busy");
}

TEST_F(DestinationTest, IsUnknown) {
  StartServices({"--echo_seconds=0.5"});
  const auto trunk = Trunk("trunk_unknown");
  const auto phone = Phone("phone_waits");
  ExpectAllWell(*phone);
  EXPECT_EQ(phone->HangupCause(), 1);
  EXPECT_EQ(Outcome(), "destination_unknown");
}

TEST_F(DestinationTest, NeverAnswers) {
  StartServices({"--echo_seconds=0.5", "--dial_timeout_seconds=2"});
  const auto trunk = Trunk("trunk_rings");
  const auto phone = Phone("phone_waits");
  ExpectAllWell(*phone);
  EXPECT_EQ(phone->HangupCause(), 19);
  EXPECT_EQ(Outcome(), "destination_no_answer");
  const SippResult result = trunk->Stop();
  EXPECT_EQ(result.successful, 1) << "it was not cancelled\n" << result.errors;
}

TEST_F(DestinationTest, CannotBeDialedAtAll) {
  StartServices({"--echo_seconds=0.5", "--destination=PJSIP/4438007@no_such_trunk"});
  const auto phone = Phone("phone_waits");
  ExpectAllWell(*phone);
  EXPECT_NE(Outcome(), "completed");
}

TEST_F(DestinationTest, IsDialedOverTheTrunkWithoutTheDialPlan) {
  StartServices({"--echo_seconds=0.5", "--destination=PJSIP/4438007@avaya"});
  const auto trunk = Trunk("trunk_answers");
  const auto phone = Phone("phone_hangs_up", milliseconds(2000));
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "completed");
}

}  // namespace
}  // namespace benari::e2e
