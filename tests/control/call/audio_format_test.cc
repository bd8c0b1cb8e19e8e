#include "control/call/audio_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::control {
namespace {

using ::testing::HasSubstr;

TEST(AudioFormat, StaticPayloadTypesOnly) {
  EXPECT_EQ(FindAudioFormat("alaw")->payload_type, 8u);
  EXPECT_EQ(FindAudioFormat("ulaw")->payload_type, 0u);
  EXPECT_EQ(FindAudioFormat("g722")->clock_rate_hz, 8000u) << "RFC 3551 4.5.2";
  EXPECT_EQ(FindAudioFormat("gsm")->payload_type, 3u);
  EXPECT_EQ(FindAudioFormat("slin")->payload_type, 10u) << "as measured, see e2e FormatTest";
  EXPECT_THAT(std::string(FindAudioFormat("slin16").status().message()), HasSubstr("118"));
  EXPECT_THAT(std::string(FindAudioFormat("tea").status().message()), HasSubstr("accepted is alaw"));
}

}  // namespace
}  // namespace benari::control
