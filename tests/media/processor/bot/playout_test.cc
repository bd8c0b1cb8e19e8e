#include "media/processor/bot/playout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "media/processor/g711.h"
#include "tests/media/processor/bot/audio_bytes.h"

namespace benari::media {
namespace {

using Bytes = std::vector<uint8_t>;
using std::chrono::milliseconds;

constexpr Clock::Time kStart{std::chrono::hours(1)};
constexpr milliseconds kFrame{20};

// A playout, its queue, and a clock that is turned by hand.
class Bed {
 public:
  explicit Bed(milliseconds start_buffer = milliseconds(40)) : playout(queue, start_buffer, kStart) {}

  void Say(milliseconds audio) { SayBytes(static_cast<size_t>(audio.count()) * 8); }
  void SayBytes(size_t bytes) { ASSERT_EQ(queue.Append(AudioBytes(queue.written(), bytes)), bytes); }

  // The tick that is due, `late` after it was.
  Playout::Output Tick(milliseconds late = milliseconds(0)) {
    now = playout.NextTick() + late;
    const uint64_t played = playout.played_bytes();
    const Playout::Output out = playout.OnTick(now);
    const auto bytes = static_cast<std::ptrdiff_t>(playout.played_bytes() - played);
    EXPECT_EQ(out.is_audio, bytes > 0);
    heard.insert(heard.end(), out.audio.begin(), out.audio.begin() + bytes);
    EXPECT_TRUE(std::all_of(out.audio.begin() + bytes, out.audio.end(),
                            [](uint8_t code) { return code == kUlawSilence; }));
    return out;
  }
  // Ticks for so long. Returns the number of them that were audio.
  int TickFor(milliseconds time) {
    int audio = 0;
    for (const Clock::Time end = playout.NextTick() + time; playout.NextTick() < end;) {
      audio += Tick().is_audio ? 1 : 0;
    }
    return audio;
  }

  AudioBudget budget{1u << 30};
  AudioQueue queue{1u << 30, budget};
  Playout playout;
  Clock::Time now = kStart;
  Bytes heard;  // without silence and padding
};

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
