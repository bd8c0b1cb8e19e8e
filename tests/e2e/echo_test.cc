// The caller hears itself: phone, Asterisk, ExternalMedia, media and back, compared sample by sample.
#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "tests/e2e/call_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class EchoTest : public CallTest {
 protected:
  // The one session of the node once its echo has packets.
  media::v1::Session RunningSession() {
    const auto deadline = std::chrono::steady_clock::now() + seconds(10);
    while (std::chrono::steady_clock::now() < deadline) {
      const auto listed = media_view().ListSessions();
      if (listed.ok() && listed->sessions_size() == 1 && listed->sessions(0).stats().sent_packets() > 0) {
        return listed->sessions(0);
      }
      std::this_thread::sleep_for(milliseconds(20));
    }
    ADD_FAILURE() << "no session echoes";
    return {};
  }
};

TEST_F(EchoTest, EverySampleComesBack) {
  StartServices({"--echo_seconds=inf"});
  const auto phone = Phone("phone_hangs_up", milliseconds(6000));
  const auto tap = RtpTap::Start(phone->rtp_port());
  ASSERT_TRUE(tap.ok()) << tap.status();
  const media::v1::Session session = RunningSession();
  EXPECT_EQ(session.state(), media::v1::SESSION_STATE_RUNNING);
  EXPECT_EQ(session.diagnosis(), media::v1::DIAGNOSIS_UNSPECIFIED) << session.diagnosis_text();
  EXPECT_EQ(session.payload_type(), 8u);
  EXPECT_EQ(session.stats().lost_packets(), 0);
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "caller_hung_up");

  const Audio sent = (*tap)->Sent();
  const AudioMatch match = CompareAudio(sent, (*tap)->Heard());
  EXPECT_GT(match.compared, 30'000u) << "of " << sent.samples.size() << " sent, six seconds and some silence";
  EXPECT_EQ(match.equal, match.compared) << "at a delay of " << match.delay_ms << " ms";
  EXPECT_GE(match.delay_ms, 0);
  EXPECT_LT(match.delay_ms, 200);
  RecordProperty("compared_samples", static_cast<int>(match.compared));
  RecordProperty("delay_ms", std::to_string(match.delay_ms));
}

TEST_F(EchoTest, SilenceBeyondTheRecordingIsDiagnosedAndTheCallGoesOn) {
  StartServices({"--echo_seconds=inf", "--no_media_seconds=1"});
  // The recording lasts 7.1 s.
  const auto phone = Phone("phone_hangs_up", milliseconds(10'000));
  EXPECT_EQ(WaitForLog("no media").Field("diagnosis"), "stopped_arriving");
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "caller_hung_up");
}

// Formats whose payload type is static: Asterisk translates, and takes back what it sent.
class FormatTest : public EchoTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(FormatTest, TheAudioComesBack) {
  StartServices({"--echo_seconds=inf", std::string("--format=") + GetParam()});
  const auto phone = Phone("phone_hangs_up", milliseconds(3000));
  const auto tap = RtpTap::Start(phone->rtp_port());
  ASSERT_TRUE(tap.ok()) << tap.status();
  const media::v1::Session session = RunningSession();
  EXPECT_EQ(session.stats().dropped_size(), 0) << session.DebugString();
  ExpectAllWell(*phone);
  EXPECT_EQ(Outcome(), "caller_hung_up");
  const auto& heard = (*tap)->Heard().samples;
  const auto loud =
      std::count_if(heard.begin(), heard.end(), [](uint8_t sample) { return DecodeAlaw(sample) > 1000; });
  EXPECT_GT(loud, 100) << "of " << heard.size() << " samples";
}

INSTANTIATE_TEST_SUITE_P(Formats, FormatTest, ::testing::Values("ulaw", "g722", "gsm", "slin"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(EchoTest, NoEchoAtAllWithZeroSeconds) {
  StartServices({"--echo_seconds=0"});
  const auto trunk = Trunk("trunk_answers");
  const auto phone = Phone("phone_hangs_up", milliseconds(1000));
  ExpectAllWell(*phone);
  EXPECT_THAT(trunk->Messages(), HasSubstr("INVITE sip:4438007@"));
  EXPECT_EQ(Outcome(), "completed");
}

}  // namespace
}  // namespace benari::e2e
