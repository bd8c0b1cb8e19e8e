#include "common/flag_types.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace benari
