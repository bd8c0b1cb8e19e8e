#include "common/flag_types.h"

#include <gtest/gtest.h>

#include <string>

namespace benari {
namespace {

TEST(Seconds, ReadsFractionsAndForEver) {
  Seconds seconds;
  std::string error;
  ASSERT_TRUE(AbslParseFlag("0.5", &seconds, &error));
  EXPECT_EQ(seconds.ms().count(), 500);
  ASSERT_TRUE(AbslParseFlag("inf", &seconds, &error));
  EXPECT_TRUE(seconds.infinite());
  EXPECT_EQ(AbslUnparseFlag(seconds), "inf");
}

TEST(Seconds, RefusesTheRestWithWhatIsAccepted) {
  for (const char* text : {"", "-1", "7s", "nan", "1e300", "infinity", "-inf"}) {
    Seconds seconds;
    std::string error;
    EXPECT_FALSE(AbslParseFlag(text, &seconds, &error)) << text;
    EXPECT_NE(error.find("accepted is"), std::string::npos);
  }
}

TEST(FlagErrors, KeepsEveryMistake) {
  FlagErrors errors;
  errors.Require(true, "a", "1", "anything");
  errors.Require(false, "rtp_port_min", "70000", "1..65535");
  errors.Require(false, "rtp_port_max", "1", "rtp_port_min or more");
  errors.Require(false, "", "stray", "flags only");
  ASSERT_EQ(errors.lines().size(), 3u);
  EXPECT_EQ(errors.lines()[2], "stray: accepted is flags only");
  EXPECT_EQ(errors.lines()[0], "--rtp_port_min=70000: accepted is 1..65535");
}

TEST(FlagErrors, ShowsNoPassword) {
  FlagErrors errors;
  errors.Refuse("ari_url", "http://benari:geheim@pbx:8088/ari", "not taken");
  errors.Refuse("ari_url", "http://a@b:geheim@pbx/ari", "not taken");
  errors.Require(false, "ari_password", "geheim", "one of the flags that --help lists");
  errors.Require(false, "ARI_PASSWD", "geheim", "one of the flags that --help lists");
  errors.Require(false, "", "ari_password=geheim", "flags only");
  for (const std::string& line : errors.lines()) EXPECT_EQ(line.find("geheim"), std::string::npos) << line;
  EXPECT_EQ(errors.lines()[0], "--ari_url=http://***@pbx:8088/ari: not taken");
  errors.Refuse("destination", "PJSIP/4438007@trunk", "why");
  EXPECT_EQ(errors.lines().back(), "--destination=PJSIP/4438007@trunk: why");
  errors.Refuse("ari_password_file", "/run/secrets/ari", "why");
  EXPECT_EQ(errors.lines().back(), "--ari_password_file=/run/secrets/ari: why");
}

}  // namespace
}  // namespace benari
