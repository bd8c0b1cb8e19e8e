#include "media/processor/bot/voice_activity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "media/processor/g711.h"

namespace benari::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Clock::Time kStart{std::chrono::hours(1)};

// A sine of 440 Hz at a level in dBm0: 3.17 is that of the greatest amplitude (ITU-T G.711).
Frame Tone(double dbm0) {
  const double peak = 32124 * std::pow(10, (dbm0 - 3.17) / 20);
  Frame frame;
  for (size_t i = 0; i < frame.size(); ++i) {
    frame[i] = ToUlaw(static_cast<int16_t>(peak * std::sin(2 * std::numbers::pi * 440 * i / 8000.0)));
  }
  return frame;
}

Frame Noise(std::mt19937& random, double dbm0) {
  std::normal_distribution<double> sample(0, 32124 / std::sqrt(2) * std::pow(10, (dbm0 - 3.17) / 20));
  Frame frame;
  for (uint8_t& code : frame) code = ToUlaw(static_cast<int16_t>(std::clamp(sample(random), -3e4, 3e4)));
  return frame;
}

Frame Silence() {
  Frame frame;
  frame.fill(kUlawSilence);
  return frame;
}

class VoiceActivityTest : public testing::Test {
 protected:
  // Frames for so long, each at its end.
  void Hear(const Frame& frame, milliseconds time) {
    for (const Clock::Time end = now_ + time; now_ < end;) {
      now_ += milliseconds(20);
      voice_.OnFrame(now_, frame);
    }
  }

  Clock::Time now_ = kStart;
  VoiceActivity voice_;
};

TEST_F(VoiceActivityTest, SilenceIsNoSpeech) {
  Hear(Silence(), seconds(10));
  EXPECT_FALSE(voice_.speaking());
  EXPECT_EQ(voice_.began(), std::nullopt);
  EXPECT_EQ(voice_.ended(), std::nullopt);
}

TEST_F(VoiceActivityTest, TheThresholdIsMinus40Dbm0) {
  EXPECT_TRUE(VoiceActivity::IsLoud(Tone(-39)));
  EXPECT_FALSE(VoiceActivity::IsLoud(Tone(-41)));
  EXPECT_FALSE(VoiceActivity::IsLoud({}));
  Hear(Tone(-41), seconds(1));
  EXPECT_FALSE(voice_.speaking());
  Hear(Silence(), seconds(1));
  Hear(Tone(-39), seconds(1));
  EXPECT_TRUE(voice_.speaking());
}

TEST_F(VoiceActivityTest, SaysWhenSpeechBeganAndEnded) {
  Hear(Silence(), seconds(1));
  Hear(Tone(-20), milliseconds(40));
  EXPECT_FALSE(voice_.speaking());
  Hear(Tone(-20), milliseconds(460));
  EXPECT_TRUE(voice_.speaking());
  EXPECT_EQ(voice_.began(), kStart + seconds(1));
  Hear(Silence(), milliseconds(280));
  EXPECT_TRUE(voice_.speaking()) << "a pause between words";
  Hear(Silence(), milliseconds(20));
  EXPECT_FALSE(voice_.speaking());
  EXPECT_EQ(voice_.began(), kStart + seconds(1));
  EXPECT_EQ(voice_.ended(), kStart + milliseconds(1500)) << "without the hangover";
}

TEST_F(VoiceActivityTest, AWordMoreWithinTheHangoverGoesOn) {
  Hear(Tone(-20), milliseconds(500));
  Hear(Silence(), milliseconds(260));
  Hear(Tone(-20), milliseconds(20));
  Hear(Silence(), milliseconds(280));
  EXPECT_TRUE(voice_.speaking());
  EXPECT_EQ(voice_.began(), kStart);
  EXPECT_EQ(voice_.ended(), kStart + milliseconds(780));
}

TEST_F(VoiceActivityTest, AClickIsNoSpeech) {
  for (int i = 0; i < 10; ++i) {
    Hear(Tone(0), milliseconds(40));
    Hear(Silence(), milliseconds(100));
  }
  EXPECT_EQ(voice_.began(), std::nullopt);
}

// A car, a fan, music on hold: after a while it is what speech must be louder than.
TEST_F(VoiceActivityTest, NoiseIsNoSpeechForEver) {
  std::mt19937 random(1);
  for (int i = 0; i < 50 * 40; ++i) Hear(Noise(random, -35), milliseconds(20));
  EXPECT_FALSE(voice_.speaking());
  Hear(Tone(-20), milliseconds(200));
  EXPECT_TRUE(voice_.speaking());
}

TEST_F(VoiceActivityTest, SpeechWithItsPausesStaysSpeech) {
  for (int word = 0; word < 100; ++word) {
    Hear(Tone(-25), milliseconds(400));
    EXPECT_TRUE(voice_.speaking()) << word;
    Hear(Silence(), milliseconds(200));
  }
  EXPECT_EQ(voice_.began(), kStart);
}

TEST_F(VoiceActivityTest, WhatIsVeryLoudIsNeverNoise) {
  Hear(Tone(-15), std::chrono::minutes(2));
  EXPECT_TRUE(voice_.speaking());
}

}  // namespace
}  // namespace benari::media
