#include "media/processor/bot/playout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "tests/media/processor/bot/audio_bytes.h"
#include "tests/media/processor/bot/playout_bed.h"

namespace benari::media {
namespace {

using Bed = PlayoutBed;
using Bytes = std::vector<uint8_t>;
using std::chrono::milliseconds;

constexpr Clock::Time kStart = Bed::kStart;
constexpr milliseconds kFrame{20};

TEST(Playout, IsSilentWithoutAudio) {
  Bed bed;
  EXPECT_EQ(bed.playout.NextTick(), kStart);
  EXPECT_EQ(bed.TickFor(milliseconds(1000)), 0);
  EXPECT_EQ(bed.playout.NextTick(), kStart + milliseconds(1000));
  EXPECT_EQ(bed.playout.first_audio(), std::nullopt);
  EXPECT_TRUE(bed.playout.drained());
  EXPECT_FALSE(bed.playout.Talking(bed.now));
}

// What is queued is what is heard, whatever the pieces: a minute at once, one byte at a time.
TEST(Playout, PlaysEachByteOnceInOrder) {
  for (const size_t piece : {1u, 7u, 159u, 160u, 161u, 4001u, 480000u}) {
    Bed bed;
    const size_t bytes = piece == 480000 ? piece : 16007;
    for (size_t at = 0; at < bytes; at += piece) bed.SayBytes(std::min(piece, bytes - at));
    const auto frames = static_cast<int>((bytes + 159) / 160);
    EXPECT_EQ(bed.TickFor(frames * kFrame), frames) << "without a gap";
    EXPECT_EQ(bed.heard, AudioBytes(0, bytes)) << piece;
    EXPECT_FALSE(bed.Tick().is_audio);
    EXPECT_EQ(bed.playout.underruns(), 0u);
  }
}

TEST(Playout, OneByteAtATimeInRealTime) {
  Bed bed;
  for (int tick = 0; tick < 100; ++tick) {
    for (size_t i = 0; i < kFrameBytes; ++i) bed.SayBytes(1);
    bed.Tick();
  }
  bed.TickFor(milliseconds(60));
  EXPECT_EQ(bed.heard, AudioBytes(0, 16000));
  EXPECT_EQ(bed.playout.underruns(), 0u);
}

TEST(Playout, TwiceAsFastAsRealTime) {
  Bed bed;
  for (int i = 0; i < 50; ++i) {
    bed.Say(milliseconds(40));
    EXPECT_TRUE(bed.Tick().is_audio);
  }
  EXPECT_EQ(bed.TickFor(milliseconds(1000)), 50);
  EXPECT_EQ(bed.heard, AudioBytes(0, 16000));
  EXPECT_FALSE(bed.Tick().is_audio);
}

// Bursts of any size with pauses of any length; nothing is lost, doubled or out of order.
TEST(Playout, BurstsWithPauses) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    Bed bed;
    for (int burst = 0; burst < 40; ++burst) {
      const int messages = static_cast<int>(random() % 5);
      for (int i = 0; i < messages; ++i) bed.SayBytes(random() % (random() % 8 == 0 ? 8000 : 500));
      for (int ticks = static_cast<int>(random() % 30); ticks > 0; --ticks) {
        bed.Tick(random() % 10 == 0 ? milliseconds(random() % 150) : milliseconds(0));
      }
    }
    bed.TickFor(std::chrono::seconds(60));
    ASSERT_EQ(bed.heard, AudioBytes(0, bed.queue.written())) << seed;
    EXPECT_TRUE(bed.playout.drained());
    EXPECT_EQ(bed.playout.played_bytes(), bed.queue.written());
  }
}

// A goodbye that ends within a frame is played to its end.
TEST(Playout, TheLastFrameIsPaddedAndNotHeldBack) {
  Bed bed;
  bed.SayBytes(1000);
  EXPECT_EQ(bed.TickFor(7 * kFrame), 7);
  EXPECT_EQ(bed.heard, AudioBytes(0, 1000));
  EXPECT_EQ(bed.playout.underruns(), 0u);
}

TEST(Playout, APartOfAFrameIsJoinedWithWhatComesInTime) {
  Bed bed;
  bed.SayBytes(400);
  bed.Tick();
  bed.Tick();  // 80 are left
  bed.SayBytes(80);
  EXPECT_TRUE(bed.Tick().is_audio);
  EXPECT_EQ(bed.playout.played_bytes(), 480u) << "in three frames";
}

TEST(Playout, AClearIsHeardWithTheNextFrame) {
  Bed bed;
  bed.Say(milliseconds(1000));
  bed.TickFor(milliseconds(100));
  bed.queue.Clear();
  const Playout::Output out = bed.Tick();
  EXPECT_FALSE(out.is_audio);
  EXPECT_EQ(out.cleared_bytes, 900u * 8);
  EXPECT_EQ(bed.playout.cleared_bytes(), 900u * 8);
  EXPECT_EQ(bed.playout.heard(), 8000u) << "marks before the clear have been reached";
  EXPECT_FALSE(bed.playout.Talking(bed.now));
  EXPECT_EQ(bed.TickFor(milliseconds(500)), 0);
}

// After a clear there is another talkspurt, however soon: with a start buffer, and without an underrun.
TEST(Playout, WhatComesAfterAClearIsAnotherTalkspurt) {
  Bed bed;
  bed.Say(milliseconds(1000));
  bed.TickFor(milliseconds(100));
  bed.queue.Clear();
  bed.Say(milliseconds(20));
  EXPECT_FALSE(bed.Tick().is_audio);
  bed.Say(milliseconds(20));
  EXPECT_TRUE(bed.Tick().begins_talkspurt);
  EXPECT_EQ(bed.playout.underruns(), 0u);
}

TEST(Playout, InterruptedAtAnyMoment) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    Bed bed;
    bed.SayBytes(1 + random() % 20000);
    for (int ticks = static_cast<int>(random() % 100); ticks > 0; --ticks) {
      if (random() % 8 == 0) bed.SayBytes(random() % 400);
      bed.Tick();
    }
    const Bytes before = bed.heard;
    const uint64_t cleared_to = bed.queue.written();
    bed.queue.Clear();
    const size_t answer = 1 + random() % 3000;
    bed.SayBytes(answer);
    bed.TickFor(std::chrono::seconds(3));
    ASSERT_EQ(before, AudioBytes(0, before.size())) << seed;
    const Bytes after(bed.heard.begin() + static_cast<std::ptrdiff_t>(before.size()), bed.heard.end());
    ASSERT_EQ(after, AudioBytes(cleared_to, answer)) << seed;
    ASSERT_EQ(bed.playout.played_bytes() + bed.playout.cleared_bytes(), bed.queue.written());
    EXPECT_TRUE(bed.playout.drained());
  }
}

TEST(Playout, AudioIsHeardOnceItsFrameIsOver) {
  Bed bed;
  bed.Say(milliseconds(40));
  bed.Tick();
  EXPECT_EQ(bed.playout.heard(), 0u);
  bed.Tick();
  EXPECT_EQ(bed.playout.heard(), 160u);
  EXPECT_FALSE(bed.playout.drained()) << "the last frame is on its way";
  bed.Tick();
  EXPECT_EQ(bed.playout.heard(), 320u);
  EXPECT_TRUE(bed.playout.drained());
}

TEST(Playout, ALateTickIsCaughtUp) {
  Bed bed;
  bed.Say(milliseconds(1000));
  bed.TickFor(milliseconds(100));
  const Playout::Output late = bed.Tick(milliseconds(45));
  EXPECT_EQ(late.skipped, 0);
  EXPECT_EQ(late.lateness, milliseconds(45));
  EXPECT_EQ(bed.playout.NextTick(), kStart + milliseconds(120)) << "is due already";
  EXPECT_EQ(bed.TickFor(milliseconds(100)), 5);
  EXPECT_EQ(bed.heard, AudioBytes(0, 11u * 160));
}

// Time is skipped, audio is not.
TEST(Playout, AfterAStallItGoesOnWhereItWas) {
  Bed bed;
  bed.Say(milliseconds(400));
  bed.TickFor(milliseconds(100));
  const Playout::Output out = bed.Tick(milliseconds(200));
  EXPECT_EQ(out.skipped, 10);
  EXPECT_TRUE(out.is_audio);
  EXPECT_FALSE(out.begins_talkspurt);
  EXPECT_EQ(bed.playout.NextTick(), kStart + milliseconds(320));
  EXPECT_EQ(bed.TickFor(milliseconds(400)), 14);
  EXPECT_EQ(bed.heard, AudioBytes(0, 3200));
  EXPECT_EQ(bed.playout.underruns(), 0u);
}

}  // namespace
}  // namespace benari::media
