// Asterisk's configuration, the phone and the trunk's stand-in, without control and media.
#include <gmock/gmock.h>

#include "tests/e2e/call_test.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class AsteriskTest : public CallTest {};

TEST_F(AsteriskTest, ItsOwnEchoBringsTheRecordingBack) {
  const auto phone = Phone("phone_hangs_up", milliseconds(3000), "echo");
  const auto tap = RtpTap::Start(phone->rtp_port());
  ASSERT_TRUE(tap.ok()) << tap.status();
  ExpectAllWell(*phone);
  const AudioMatch match = CompareAudio((*tap)->Sent(), (*tap)->Heard());
  EXPECT_GT(match.compared, 10'000u);
  EXPECT_EQ(match.equal, match.compared) << "at a delay of " << match.delay_ms << " ms";
}

TEST_F(AsteriskTest, WithoutControlTheCallerIsHungUp) {
  const auto phone = Phone("phone_waits");
  ExpectAllWell(*phone);
}

TEST_F(AsteriskTest, SevenDigitsGoThroughTheTrunkWhichEchoes) {
  const auto trunk = Trunk("trunk_answers");
  const auto phone = Phone("phone_hangs_up", milliseconds(2000), "4438007");
  const auto tap = RtpTap::Start(phone->rtp_port());
  ASSERT_TRUE(tap.ok()) << tap.status();
  ExpectAllWell(*phone);
  EXPECT_THAT(trunk->Messages(), HasSubstr("INVITE sip:4438007@"));
  const AudioMatch match = CompareAudio((*tap)->Sent(), (*tap)->Heard());
  EXPECT_GT(match.compared, 5'000u);
  EXPECT_EQ(match.equal, match.compared) << "at a delay of " << match.delay_ms << " ms";
}

TEST_F(AsteriskTest, NumbersWith000GoThroughTheTrunk) {
  const auto trunk = Trunk("trunk_answers");
  const auto phone = Phone("phone_hangs_up", milliseconds(100), "000123");
  ExpectAllWell(*phone);
  EXPECT_THAT(trunk->Messages(), HasSubstr("INVITE sip:000123@"));
}

TEST_F(AsteriskTest, TheTrunkHangsUp) {
  const auto trunk = Trunk("trunk_hangs_up", milliseconds(300));
  const auto phone = Phone("phone_waits", {}, "4438007");
  ExpectAllWell(*phone);
  EXPECT_EQ(phone->HangupCause(), 16);
  const SippResult result = trunk->Stop();
  EXPECT_EQ(result.successful, 1) << result.errors;
}

// What the trunk says goes back to who dialled.
TEST_F(AsteriskTest, TheTrunkRefuses) {
  const struct {
    const char* scenario;
    const char* answer;
  } kCases[] = {{"trunk_busy", "SIP/2.0 486"}, {"trunk_unknown", "SIP/2.0 404"}};
  for (const auto& each : kCases) {
    const auto trunk = Trunk(each.scenario);
    const auto phone = Phone("phone_waits", {}, "4438007");
    ASSERT_TRUE(phone->WaitForEnd(seconds(20)).ok());
    EXPECT_THAT(phone->Messages(), HasSubstr(each.answer)) << each.scenario;
    const SippResult result = trunk->Stop();
    EXPECT_EQ(result.successful, 1) << each.scenario << result.errors;
  }
}

}  // namespace
}  // namespace benari::e2e
