#include "media/processor/bot/concealment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "media/processor/g711.h"

namespace benari::media {
namespace {

using Bytes = std::vector<uint8_t>;

// A buzz: a sine and its octave, so that only the period itself repeats it.
int16_t Buzz(double hz, size_t nth) {
  const double phase = 2 * std::numbers::pi * hz * static_cast<double>(nth) / 8000;
  return static_cast<int16_t>(6000 * std::sin(phase) + 4000 * std::sin(2 * phase + 1));
}

Bytes Buzz(double hz, size_t from, size_t count) {
  Bytes ulaw(count);
  for (size_t i = 0; i < count; ++i) ulaw[i] = ToUlaw(Buzz(hz, from + i));
  return ulaw;
}

Bytes Filled(Concealment& concealment, size_t count) {
  Bytes ulaw(count);
  concealment.Fill(ulaw);
  return ulaw;
}

int Loudest(std::span<const uint8_t> ulaw) {
  int loudest = 0;
  for (const uint8_t code : ulaw) loudest = std::max(loudest, std::abs(int{kUlawToLinear[code]}));
  return loudest;
}

TEST(Concealment, IsSilentBeforeAnyAudio) {
  Concealment concealment;
  EXPECT_EQ(Filled(concealment, 200), Bytes(200, kUlawSilence));
}

// In the first 10 ms, what would have come: the pitch goes on.
TEST(Concealment, GoesOnWithThePitch) {
  for (const double hz : {80.0, 100.0, 125.0, 160.0, 190.0}) {
    Concealment concealment;
    concealment.OnAudio(Buzz(hz, 0, 480));
    const Bytes filled = Filled(concealment, 80);
    for (size_t i = 0; i < 80; ++i) {
      ASSERT_NEAR(kUlawToLinear[filled[i]], Buzz(hz, 480 + i), 1100) << hz << " Hz, sample " << i;
    }
  }
}

TEST(Concealment, FadesToSilenceWithin60Ms) {
  Concealment concealment;
  concealment.OnAudio(Buzz(100, 0, 480));
  int before = 20000;
  for (int i = 0; i < 6; ++i) {
    const int now = Loudest(Filled(concealment, 80));
    EXPECT_LE(now, before);
    EXPECT_GT(now, 0);
    before = now;
  }
  EXPECT_LT(before, 2500);
  EXPECT_EQ(Filled(concealment, 1000), Bytes(1000, kUlawSilence));
}

TEST(Concealment, ItsPiecesMakeTheSameAsOne) {
  Concealment one;
  Concealment other;
  one.OnAudio(Buzz(110, 0, 320));
  for (size_t i = 0; i < 320; ++i) other.OnAudio(Buzz(110, i, 1));
  const Bytes whole = Filled(one, 700);
  Bytes pieces;
  for (size_t piece = 1; pieces.size() < 700; ++piece) {
    const Bytes some = Filled(other, std::min(piece, 700 - pieces.size()));
    pieces.insert(pieces.end(), some.begin(), some.end());
  }
  EXPECT_EQ(pieces, whole);
}

TEST(Concealment, AudioEndsTheGap) {
  Concealment concealment;
  concealment.OnAudio(Buzz(100, 0, 480));
  Filled(concealment, 1000);
  concealment.OnAudio(Buzz(100, 0, 2000));
  EXPECT_GT(Loudest(Filled(concealment, 80)), 8000);
}

}  // namespace
}  // namespace benari::media
