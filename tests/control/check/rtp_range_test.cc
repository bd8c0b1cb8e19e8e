#include "control/check/rtp_range.h"

#include <gmock/gmock.h>

namespace benari::control {
namespace {

using ::testing::HasSubstr;

TEST(RtpRange, IsReadAsAsteriskDoes) {
  const struct {
    const char* rtp_conf;
    int first, last;
  } kTable[] = {
      {"[general]\nrtpstart=10000\nrtpend=20000\n", 10000, 20000},
      {"[general]\nrtpstart => 10000 ; the first\n ;rtpstart = 1\n\trtpend = 20000\r\n", 10000, 20000},
      {"; nothing\n", 5000, 31000},
  };
  for (const auto& each : kTable) {
    const auto range = FindRtpRange(each.rtp_conf);
    ASSERT_TRUE(range.has_value()) << each.rtp_conf;
    EXPECT_EQ(range->first, each.first) << each.rtp_conf;
    EXPECT_EQ(range->last, each.last) << each.rtp_conf;
  }
  for (const char* bad : {"rtpstart=x", "rtpend=70000", "rtpstart=20000\nrtpend=10000", "rtpstart=\n"})
    EXPECT_FALSE(FindRtpRange(bad).has_value()) << bad;
}

TEST(RtpRange, HasFourPortsForEachCall) {
  const char* const conf = "rtpstart=25000\nrtpend=25799\n";
  EXPECT_EQ(OfRtpRange("/etc/asterisk/rtp.conf", conf, 200).verdict, Verdict::kOk);
  const Finding few = OfRtpRange("/etc/asterisk/rtp.conf", conf, 201);
  EXPECT_EQ(few.verdict, Verdict::kWarning);
  EXPECT_EQ(
      few.text,
      "RTP ports of Asterisk: /etc/asterisk/rtp.conf has 25000 to 25799, enough for 200 calls and not for "
      "--max_calls=201: raise rtpend there, or lower --max_calls");
  const Finding wrong = OfRtpRange("/etc/asterisk/rtp.conf", "rtpstart=x", 1);
  EXPECT_EQ(wrong.verdict, Verdict::kFailed);
  EXPECT_THAT(wrong.text, HasSubstr("/etc/asterisk/rtp.conf"));
}

}  // namespace
}  // namespace benari::control
