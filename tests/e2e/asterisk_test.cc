// The harness itself: a phone, Asterisk's own echo and the recordings, without control and media.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness/asterisk_server.h"
#include "tests/e2e/harness/rtp_tap.h"
#include "tests/e2e/harness/sipp.h"

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Asterisk, ItsOwnEchoBringsTheRecordingBack) {
  auto asterisk = AsteriskServer::Start({});
  ASSERT_TRUE(asterisk.ok()) << asterisk.status();
  SippOptions options;
  options.scenario = "phone_hangs_up";
  options.remote = (*asterisk)->sip();
  options.number = "echo";
  options.pause = milliseconds(3000);
  auto phone = Sipp::Start(options);
  ASSERT_TRUE(phone.ok()) << phone.status();
  auto tap = RtpTap::Start((*phone)->rtp_port());
  ASSERT_TRUE(tap.ok()) << tap.status();

  const auto result = (*phone)->WaitForEnd(seconds(20));
  ASSERT_TRUE(result.ok()) << result.status() << (*asterisk)->LastLines(30);
  EXPECT_EQ(result->successful, 1) << result->errors;
  EXPECT_EQ(result->failed, 0) << result->errors;
  const AudioMatch match = CompareAudio((*tap)->Sent(), (*tap)->Heard());
  EXPECT_GT(match.compared, 10'000u);
  EXPECT_EQ(match.equal, match.compared) << "delay " << match.delay_ms << " ms";
  std::cout << match.equal << "/" << match.compared << " delay " << match.delay_ms << " heard "
            << (*tap)->Heard().samples.size() << "\n";
  EXPECT_TRUE((*asterisk)->WaitUntilEmpty(seconds(10)).ok()) << (*asterisk)->WaitUntilEmpty({});
}

}  // namespace
}  // namespace benari::e2e
