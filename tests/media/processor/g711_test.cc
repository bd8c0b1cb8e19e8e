#include "media/processor/g711.h"

#include <gtest/gtest.h>

#include "tests/fakes/alaw.h"

namespace benari::media {
namespace {

struct Case {
  int16_t sample;
  uint8_t ulaw;
  uint8_t alaw;
};

// ITU-T G.711, tables 1 and 2: ends and bounds of the segments.
TEST(G711, CodesOfTheTables) {
  for (const Case& each :
       {Case{0, 0xff, 0xd5}, Case{-1, 0x7f, 0x55}, Case{8, 0xfe, 0xd5}, Case{32767, 0x80, 0xaa},
        Case{-32768, 0x00, 0x2a}, Case{1000, 0xce, 0xfa}, Case{-1000, 0x4e, 0x7a}}) {
    EXPECT_EQ(ToUlaw(each.sample), each.ulaw) << each.sample;
    EXPECT_EQ(ToAlaw(each.sample), each.alaw) << each.sample;
  }
}

// Louder is never a lower code, whichever way the bits are inverted.
TEST(G711, GrowsWithTheSample) {
  for (int sample = 0; sample < 32767; ++sample) {
    const auto one = static_cast<int16_t>(sample);
    const auto next = static_cast<int16_t>(sample + 1);
    ASSERT_GE(ToUlaw(one), ToUlaw(next)) << sample;
    ASSERT_LE(ToAlaw(one) ^ 0x55, ToAlaw(next) ^ 0x55) << sample;
  }
}

TEST(G711, DecodesToTheMiddleOfWhatIsEncoded) {
  for (int code = 0; code < 256; ++code) {
    const auto each = static_cast<uint8_t>(code);
    if (each != 0x7f) {  // -0
      EXPECT_EQ(ToUlaw(kUlawToLinear[each]), each) << code;
    }
    EXPECT_EQ(ToAlaw(kAlawToLinear[each]), each) << code;
    EXPECT_EQ(kAlawToLinear[each], fakes::FromAlaw(each)) << code;
  }
  EXPECT_EQ(kUlawToLinear[0xff], 0);
  EXPECT_EQ(kUlawToLinear[0x7f], 0);
  EXPECT_EQ(kUlawToLinear[0x80], 32124);
  EXPECT_EQ(kUlawToLinear[0x00], -32124);
}

TEST(G711, FromOneLawToTheOther) {
  for (size_t code = 0; code < 256; ++code) {
    EXPECT_EQ(kUlawToAlaw[code], ToAlaw(kUlawToLinear[code])) << code;
    EXPECT_EQ(kAlawToUlaw[code], ToUlaw(kAlawToLinear[code])) << code;
  }
}

}  // namespace
}  // namespace benari::media
