#include "tests/harness/audio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/harness/run_folder.h"

namespace benari::e2e {
namespace {

Audio Tone(size_t count, double start_ms) {
  Audio audio;
  for (size_t i = 0; i < count; ++i) audio.samples.push_back(static_cast<uint8_t>(i * i % 251));
  audio.present.assign(count, true);
  audio.start_ms = start_ms;
  return audio;
}

// ITU-T G.711 table 1a: decoder output values of both ends, in 16 bit.
TEST(DecodeAlaw, KnowsTheEndsOfTheTable) {
  EXPECT_EQ(DecodeAlaw(0xD5), 8);
  EXPECT_EQ(DecodeAlaw(0x55), -8);
  EXPECT_EQ(DecodeAlaw(0xAA), 32256);
  EXPECT_EQ(DecodeAlaw(0x2A), -32256);
}

TEST(CompareAudio, FindsTheDelay) {
  const AudioMatch match = CompareAudio(Tone(4000, 100), Tone(4000, 120));
  EXPECT_DOUBLE_EQ(match.delay_ms, 20);
  EXPECT_EQ(match.equal, match.compared);
  EXPECT_GT(match.compared, 3900u);
}

TEST(CompareAudio, CountsEachSampleThatDiffers) {
  Audio heard = Tone(4000, 0);
  heard.samples[1000] ^= 0x08;
  heard.samples[2000] ^= 0x08;
  const AudioMatch match = CompareAudio(Tone(4000, 0), heard);
  EXPECT_EQ(match.compared - match.equal, 2u);
}

TEST(CompareAudio, WhatDidNotComeIsNotCompared) {
  Audio heard = Tone(4000, 0);
  std::fill_n(heard.present.begin() + 1000, 160, false);
  const size_t all = CompareAudio(Tone(4000, 0), Tone(4000, 0)).compared;
  const AudioMatch match = CompareAudio(Tone(4000, 0), heard);
  EXPECT_GE(all - match.compared, 150u);
  EXPECT_EQ(match.equal, match.compared);
}

TEST(CompareAudio, SilenceProvesNothing) {
  Audio silence;
  silence.samples.assign(4000, kAlawSilence);
  silence.present.assign(4000, true);
  EXPECT_EQ(CompareAudio(silence, silence).compared, 0u);
}

TEST(Beginning, CutsAndDoesNotStretch) {
  EXPECT_EQ(Beginning(Tone(4000, 0), 100).samples.size(), 800u);
  EXPECT_EQ(Beginning(Tone(4000, 0), 100).present.size(), 800u);
  EXPECT_EQ(Beginning(Tone(400, 0), 100).samples.size(), 400u);
  EXPECT_EQ(Beginning(Tone(400, 0), -1).samples.size(), 0u);
}

TEST(WriteWav, WritesAHeaderAndTwoBytesASample) {
  const RunFolder folder(std::filesystem::temp_directory_path(), "benari-wav-");
  WriteWav(folder.File("a.wav"), Tone(100, 0));
  const std::string text = ReadFile(folder.File("a.wav"));
  EXPECT_EQ(text.size(), 44u + 200u);
  EXPECT_EQ(text.substr(0, 4), "RIFF");
}

TEST(WriteStereoWav, PutsBothSidesAtTheirTimes) {
  const RunFolder folder(std::filesystem::temp_directory_path(), "benari-wav-");
  WriteStereoWav(folder.File("a.wav"), Tone(16, 1), Tone(8, 3));
  const std::string text = ReadFile(folder.File("a.wav"));
  ASSERT_EQ(text.size(), 44u + 4 * 24u);
  const auto sample = [&](size_t at, size_t side) {
    return static_cast<int16_t>(static_cast<uint8_t>(text[44 + 4 * at + 2 * side]) |
                                static_cast<uint8_t>(text[45 + 4 * at + 2 * side]) << 8);
  };
  EXPECT_EQ(sample(0, 0), DecodeAlaw(0)) << "the left side begins";
  EXPECT_EQ(sample(15, 1), 0) << "and the right one 2 ms later";
  EXPECT_EQ(sample(16, 1), DecodeAlaw(0));
  EXPECT_EQ(sample(23, 1), DecodeAlaw(49));
  EXPECT_EQ(sample(16, 0), 0);
}

}  // namespace
}  // namespace benari::e2e
