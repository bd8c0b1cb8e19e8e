// The start buffer of a playout, and underruns.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "media/processor/bot/playout.h"
#include "tests/media/processor/bot/audio_bytes.h"
#include "tests/media/processor/bot/playout_bed.h"

namespace benari::media {
namespace {

using Bed = PlayoutBed;
using Bytes = std::vector<uint8_t>;
using std::chrono::milliseconds;

constexpr Clock::Time kStart = Bed::kStart;
constexpr milliseconds kFrame{20};

TEST(Playout, BeginsAtOnceWithAFullStartBuffer) {
  Bed bed;
  bed.TickFor(milliseconds(100));
  bed.Say(milliseconds(40));
  const Playout::Output out = bed.Tick();
  EXPECT_TRUE(out.is_audio);
  EXPECT_TRUE(out.begins_talkspurt);
  EXPECT_FALSE(bed.Tick().begins_talkspurt);
  EXPECT_EQ(bed.playout.first_audio(), kStart + milliseconds(100));
  EXPECT_EQ(bed.playout.last_audio(), kStart + milliseconds(120));
}

TEST(Playout, WaitsForTheStartBufferAndNoLonger) {
  Bed bed;
  bed.Say(milliseconds(30));
  EXPECT_FALSE(bed.Tick().is_audio);
  EXPECT_FALSE(bed.Tick().is_audio);
  EXPECT_TRUE(bed.Tick().is_audio) << "it has waited for 40 ms, and no more has come";
  EXPECT_TRUE(bed.Tick().is_audio);
  EXPECT_FALSE(bed.Tick().is_audio);
  EXPECT_EQ(bed.heard, AudioBytes(0, 240));
}

TEST(Playout, WithoutAStartBufferItDoesNotWait) {
  Bed bed(milliseconds(0));
  bed.SayBytes(1);
  EXPECT_TRUE(bed.Tick().is_audio);
}

// A bot that paces itself, up to 20 ms late with each piece.
TEST(Playout, JitterBelowTheStartBufferIsNotHeard) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    Bed bed;
    const Clock::Time begin = kStart + milliseconds(random() % 20);
    int said = 0;
    Clock::Time next = begin;
    int gaps = 0;
    while (bed.queue.written() < 8000) {
      for (; next <= bed.playout.NextTick() && said < 50; ++said) {
        bed.Say(kFrame);
        next = begin + (said + 1) * kFrame + milliseconds(random() % 20);
      }
      const bool talked = bed.playout.first_audio().has_value();
      if (!bed.Tick().is_audio && talked) ++gaps;
    }
    EXPECT_EQ(gaps, 0) << seed;
    EXPECT_EQ(bed.playout.underruns(), 0u) << seed;
  }
}

// Runs dry for `gap` after an utterance, then says another one.
void RunDry(Bed& bed, milliseconds gap) {
  bed.Say(milliseconds(200));
  bed.TickFor(milliseconds(200));
  while (bed.now - *bed.playout.last_audio() < gap) bed.Tick();
  bed.Say(milliseconds(200));
  bed.TickFor(milliseconds(20));
}

TEST(Playout, AnUnderrunIsAGapOfAtMost400Ms) {
  Bed within;
  RunDry(within, milliseconds(400));
  EXPECT_EQ(within.playout.underruns(), 1u);
  Bed beyond;
  RunDry(beyond, milliseconds(420));
  EXPECT_EQ(beyond.playout.underruns(), 0u) << "the answer was over";
}

TEST(Playout, AFrameThatIsNotFullIsAnUnderrunIfMoreComes) {
  Bed bed;
  bed.SayBytes(400);
  EXPECT_EQ(bed.TickFor(3 * kFrame), 3);
  bed.Say(milliseconds(200));
  bed.Tick();
  EXPECT_EQ(bed.playout.underruns(), 1u);
  bed.TickFor(milliseconds(400));
  EXPECT_EQ(bed.heard, AudioBytes(0, 2000));
}

TEST(Playout, TheTalkspurtGoesOnAfterAnUnderrun) {
  Bed bed;
  bed.Say(milliseconds(100));
  bed.TickFor(milliseconds(200));
  EXPECT_TRUE(bed.playout.Talking(bed.now));
  bed.Say(milliseconds(100));
  int audio = 0;
  for (int i = 0; i < 10; ++i) {
    const Playout::Output out = bed.Tick();
    EXPECT_FALSE(out.begins_talkspurt);
    audio += out.is_audio ? 1 : 0;
  }
  EXPECT_EQ(audio, 5);
  EXPECT_EQ(bed.playout.underruns(), 1u);
}

TEST(Playout, UnderrunsLetTheStartBufferGrowTo100Ms) {
  Bed bed;
  EXPECT_EQ(bed.playout.start_buffer(), milliseconds(40));
  for (const int expected : {60, 80, 100, 100}) {
    bed.Say(milliseconds(200));
    bed.TickFor(milliseconds(280));
    bed.Say(milliseconds(200));
    bed.Tick();
    EXPECT_EQ(bed.playout.start_buffer(), milliseconds(expected));
    bed.TickFor(milliseconds(900));
  }
}

// Such as between two sentences that a bot synthesises one after the other.
TEST(Playout, AGapThatNoStartBufferWouldAvoidDoesNotLetItGrow) {
  Bed within;
  RunDry(within, milliseconds(100));
  EXPECT_EQ(within.playout.start_buffer(), milliseconds(60));
  Bed beyond;
  RunDry(beyond, milliseconds(120));
  EXPECT_EQ(beyond.playout.underruns(), 1u);
  EXPECT_EQ(beyond.playout.start_buffer(), milliseconds(40));
}

TEST(Playout, AStartBufferThatIsConfiguredLongerStays) {
  Bed bed(milliseconds(200));
  bed.Say(milliseconds(200));
  bed.TickFor(milliseconds(300));
  bed.Say(milliseconds(200));
  bed.Tick();
  EXPECT_EQ(bed.playout.underruns(), 1u);
  EXPECT_EQ(bed.playout.start_buffer(), milliseconds(200));
}

// Pieces longer than the start buffer would begin at once again, as late as before.
TEST(Playout, WhatItGrewByIsWaitedForEvenIfEnoughIsQueued) {
  Bed bed;
  bed.Say(milliseconds(200));
  bed.TickFor(milliseconds(300));
  bed.Say(milliseconds(200));
  EXPECT_FALSE(bed.Tick().is_audio);
  EXPECT_TRUE(bed.Tick().is_audio) << "20 ms later";
}

// A bot that paces itself with pieces of 100 ms, each up to 60 ms late: stutters first, then does not.
TEST(Playout, LearnsTheJitterOfLongPieces) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    Bed bed;
    int said = 0;
    Clock::Time next = kStart;
    uint32_t underruns_half_way = 0;
    while (said < 400) {
      while (next <= bed.playout.NextTick()) {
        bed.Say(milliseconds(100));
        next = kStart + ++said * milliseconds(100) + milliseconds(random() % 60);
        if (said == 200) underruns_half_way = bed.playout.underruns();
      }
      bed.Tick();
    }
    EXPECT_LE(bed.playout.underruns(), 4u) << seed;
    EXPECT_EQ(bed.playout.underruns(), underruns_half_way) << seed;
  }
}

TEST(Playout, PausesLetItShrinkToWhatIsConfigured) {
  Bed bed;
  for (int i = 0; i < 3; ++i) {
    bed.Say(milliseconds(100));
    bed.TickFor(milliseconds(180));
  }
  bed.TickFor(milliseconds(1500));
  EXPECT_EQ(bed.playout.underruns(), 2u);
  EXPECT_EQ(bed.playout.start_buffer(), milliseconds(80));
  for (const int expected : {80, 60, 40, 40}) {
    bed.Say(milliseconds(100));
    bed.TickFor(milliseconds(1300));
    EXPECT_EQ(bed.playout.start_buffer(), milliseconds(expected))
        << "the talkspurt with the underruns does not count";
  }
  EXPECT_EQ(bed.playout.underruns(), 2u);
}

TEST(Playout, AShortPauseDoesNotShrinkIt) {
  Bed bed;
  bed.Say(milliseconds(100));
  bed.TickFor(milliseconds(180));
  for (int i = 0; i < 5; ++i) {
    bed.Say(milliseconds(100));
    bed.TickFor(milliseconds(1000));
  }
  EXPECT_EQ(bed.playout.start_buffer(), milliseconds(60));
}

}  // namespace
}  // namespace benari::media
