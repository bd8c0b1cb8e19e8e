// Pauses, bursts, clocks and restarts of the peer.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "media/processor/bot/uplink.h"
#include "media/processor/g711.h"
#include "tests/media/processor/bot/audio_bytes.h"
#include "tests/media/processor/bot/uplink_bed.h"

namespace benari::media {
namespace {

using Bed = UplinkBed;
using Bytes = std::vector<uint8_t>;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFrame = Bed::kFrame;

Bytes Codes(size_t count, uint8_t code) { return Bytes(count, code); }

TEST(Uplink, WithoutAnyPacketItIsSilence) {
  Bed bed;
  bed.most_behind = milliseconds(100);
  bed.RunTo(seconds(60));
  EXPECT_GE(bed.frames(), 2995u);
  EXPECT_EQ(bed.heard, Codes(bed.heard.size(), kUlawSilence));
  EXPECT_EQ(bed.uplink.filled(), bed.frames());
}

// A phone whose RTP begins late.
TEST(Uplink, ThePeerBeginsLater) {
  Bed bed;
  bed.Packets(milliseconds(1007), 0, 50);
  EXPECT_EQ(bed.Last(50u * 160), AudioBytes(0, 50u * 160));
  EXPECT_EQ(bed.frames() - bed.uplink.filled(), 50u);
  EXPECT_EQ(bed.frames(), 99u) << "as if it had been silent before: 1987 ms, in whole frames";
}

// Hold, DTX: sequence numbers go on, timestamps by the pause or, of some, not at all.
TEST(Uplink, APauseOfThePeer) {
  for (const bool timestamps_go_on : {true, false}) {
    Bed bed;
    bed.Packets(milliseconds(20), 0, 50);
    bed.RunTo(milliseconds(5990));
    EXPECT_EQ(bed.Last(160), Codes(160, kUlawSilence));
    for (uint16_t i = 0; i < 50; ++i) {
      const milliseconds at = milliseconds(6000) + i * kFrame;
      bed.RunTo(at);
      const uint32_t timestamp = 1000 + 50 * 160 + i * 160u + (timestamps_go_on ? 5u * 8000 : 0u);
      bed.Arrive(at, static_cast<uint16_t>(150 + i), timestamp, AudioBytes(8000 + i * 160u, 160));
    }
    EXPECT_EQ(bed.Last(8000), AudioBytes(8000, 8000)) << timestamps_go_on;
    EXPECT_EQ(bed.uplink.dropped(), 0u);
    EXPECT_EQ(bed.uplink.filled() + 100, bed.frames());
    EXPECT_NEAR(static_cast<double>(bed.frames()), 349, timestamps_go_on ? 0 : 5);
  }
}

// Its timestamps have nothing to do with those before, even where they look as if they had.
TEST(Uplink, AnotherSourceAfterAPause) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 50);
  bed.RunTo(milliseconds(5990));
  bed.ssrc = 2;
  bed.Arrive(milliseconds(6000), 7, 1000 + 51 * 160, AudioBytes(0, 160));
  EXPECT_EQ(bed.frames(), 300u);
}

// After a pause there is as much patience with jitter as before it.
TEST(Uplink, JitterAfterAPauseIsNotHeard) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    Bed bed;
    bed.Packets(milliseconds(20), 0, 50);
    const uint64_t filled_in_pause = 150;
    milliseconds last{0};
    for (uint64_t nth = 200; nth < 300; ++nth) {
      last = std::max(last, Bed::EndOf(nth) + milliseconds(random() % 60));
      bed.Packet(last, nth);
    }
    EXPECT_EQ(bed.Last(100u * 160), AudioBytes(200u * 160, 100u * 160)) << seed;
    EXPECT_NEAR(static_cast<double>(bed.uplink.filled()), filled_in_pause, 3) << seed;
  }
}

// 70 ms of nothing, then all of it: no more than a delay of those.
TEST(Uplink, AShortStallLosesNothing) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 10);
  bed.RunTo(milliseconds(280));
  for (uint64_t nth = 10; nth < 14; ++nth) bed.Packet(milliseconds(285), nth);
  bed.Packets(milliseconds(300), 14, 10);
  EXPECT_EQ(bed.heard, AudioBytes(0, 24u * 160));
  EXPECT_EQ(bed.uplink.filled(), 0u);
}

// A second of nothing, which is filled, then all of it: what is beyond 200 ms is dropped, the rest drains.
TEST(Uplink, ABurstAfterAStallAddsNoDelayForEver) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 50);
  bed.RunTo(milliseconds(1990));
  const size_t before = bed.frames();
  for (uint64_t nth = 50; nth < 100; ++nth) bed.Packet(milliseconds(1995), nth);
  EXPECT_GT(bed.frames(), before + 8) << "the first of them are heard";
  EXPECT_GT(bed.uplink.dropped(), 30u);
  bed.Packets(milliseconds(2015), 100, 50);
  EXPECT_EQ(bed.Last(20u * 160), AudioBytes(130u * 160, 20u * 160)) << "speech is not cut further";
  const uint64_t dropped = bed.uplink.dropped();
  for (uint16_t i = 0; i < 50; ++i) {
    const milliseconds at = milliseconds(3015) + i * kFrame;
    bed.RunTo(at);
    bed.Arrive(at, static_cast<uint16_t>(250 + i), 1000 + (150u + i) * 160, Codes(160, kUlawSilence));
  }
  EXPECT_GT(bed.uplink.dropped(), dropped + 5) << "a pause is shortened";
  const milliseconds ahead = static_cast<int>(bed.frames()) * kFrame - milliseconds(3015 + 49 * 20);
  EXPECT_LE(ahead, milliseconds(40));
}

// A stall of our own: ticks are late, and the packets are read after them.
TEST(Uplink, ALateTickFillsLittle) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 50);
  bed.Tick(milliseconds(1500));
  for (uint64_t nth = 50; nth < 75; ++nth) {
    bed.Arrive(milliseconds(1500), static_cast<uint16_t>(100 + nth), static_cast<uint32_t>(1000 + nth * 160),
               AudioBytes(nth * 160, 160));
  }
  EXPECT_EQ(bed.Last(25u * 160), AudioBytes(8000, 25u * 160));
  EXPECT_EQ(bed.uplink.filled(), 2u);
  EXPECT_EQ(bed.uplink.dropped(), 0u);
}

TEST(Uplink, ClocksOfThePeerThatDrift) {
  for (const int per_mille : {-5, -1, 1, 5}) {
    for (const bool loud : {false, true}) {
      Bed bed;
      const int minutes_in_frames = 10 * 60 * 50;
      for (int nth = 0; nth < minutes_in_frames; ++nth) {
        const milliseconds at(20 + static_cast<int64_t>(nth) * (20000 - 20 * per_mille) / 1000);
        bed.RunTo(at);
        const Bytes audio = loud ? AudioBytes(static_cast<uint64_t>(nth) * 160, 160) : Codes(160, 0xfe);
        bed.Arrive(at, static_cast<uint16_t>(nth), static_cast<uint32_t>(nth) * 160, audio);
      }
      const double corrected = 30000 * per_mille / 1000.0;
      const auto dropped = static_cast<double>(bed.uplink.dropped());
      const auto filled = static_cast<double>(bed.uplink.filled());
      EXPECT_NEAR(dropped - filled, corrected, 12) << per_mille;
      EXPECT_EQ(std::min(dropped, filled), 0) << per_mille;
    }
  }
}

TEST(Uplink, NumbersWrap) {
  Bed bed;
  for (uint32_t nth = 0; nth < 200; ++nth) {
    const milliseconds at = (nth + 1) * kFrame;
    bed.RunTo(at);
    bed.Arrive(at, static_cast<uint16_t>(65500 + nth), 0xffffff00 + nth * 160, AudioBytes(nth * 160, 160));
  }
  EXPECT_EQ(bed.heard, AudioBytes(0, 200u * 160));
}

// Another source, or numbers anew: near, far ahead, far behind, with any timestamp.
TEST(Uplink, ARestartOfThePeerIsSurvived) {
  for (const bool other_ssrc : {true, false}) {
    for (const int jump : {-30000, -3000, -50, 50, 3000, 30000}) {
      for (const uint32_t timestamp : {0u, 5000u, 0x80000000u, 0xffffff00u}) {
        Bed bed;
        bed.Packets(milliseconds(20), 0, 50);
        if (other_ssrc) bed.ssrc = 2;
        for (uint16_t i = 0; i < 100; ++i) {
          const milliseconds at = milliseconds(1020) + i * kFrame;
          bed.RunTo(at);
          bed.Arrive(at, static_cast<uint16_t>(150 + jump + i), timestamp + i * 160u,
                     AudioBytes(8000 + i * 160u, 160));
        }
        EXPECT_EQ(bed.Last(90u * 160), AudioBytes(9600, 90u * 160))
            << other_ssrc << " " << jump << " " << timestamp;
        EXPECT_LE(bed.uplink.filled(), 6u) << jump;
        EXPECT_LE(bed.uplink.dropped(), jump == -50 && !other_ssrc ? 2u : 0u) << jump;
      }
    }
  }
}

TEST(Uplink, WhatWaitsIsHeardBeforeANewSource) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 10);
  bed.Packet(milliseconds(240), 11);
  bed.ssrc = 2;
  bed.Arrive(milliseconds(260), 7, 7, AudioBytes(0, 160));
  ASSERT_EQ(bed.frames(), 13u);
  EXPECT_EQ(bed.Nth(11), AudioBytes(11u * 160, 160));
  EXPECT_EQ(bed.Nth(12), AudioBytes(0, 160));
}

TEST(Uplink, EmptyAndHugePackets) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 10);
  bed.Arrive(milliseconds(220), 110, 1000 + 10 * 160, {});
  bed.Packet(milliseconds(220), 11);
  EXPECT_EQ(bed.frames(), 11u);
  bed.Arrive(milliseconds(240), 113, 1000 + 13 * 160, AudioBytes(0, 1400));
  EXPECT_GE(bed.frames(), 11u + 8) << "too long to wait for what is before it";
  bed.RunTo(seconds(2));
}

// One byte now and then, always after a gap: what waits does not hold back the frames for ever.
TEST(Uplink, AHostilePeerDoesNotStopIt) {
  Bed bed;
  bed.most_behind = milliseconds(280);
  for (uint16_t i = 0; i < 500; ++i) {
    const milliseconds at = i * milliseconds(15);
    bed.RunTo(at);
    bed.Arrive(at, static_cast<uint16_t>(2 * i), i, {0});
  }
}

// A frame that tells which one it is: loud, and like no other and no concealment.
Bytes Numbered(uint64_t nth) {
  Bytes frame(80, static_cast<uint8_t>(nth / 16));
  frame.resize(160, static_cast<uint8_t>(0x80 + nth % 16));
  return frame;
}

int NumberOf(const Bytes& frame) {
  const int nth = frame[0] * 16 + frame[159] - 0x80;
  return nth >= 0 && nth < 256 && frame == Numbered(static_cast<uint64_t>(nth)) ? nth : -1;
}

// Loss, jitter, order, pauses and bursts at random: the number of frames stays that of the time (checked at
// each tick), each packet is heard or dropped, none twice, all in order.
TEST(Uplink, AnyNetwork) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::pair<milliseconds, uint64_t>> arrivals;
    const uint32_t jitter = 1 + random() % 150;
    const uint32_t loss = random() % 30;
    milliseconds on_path{0};  // on which packets keep their order
    for (uint64_t nth = 0; nth < 256; ++nth) {
      if (random() % 100 < loss) continue;
      if (random() % 100 == 0) on_path += milliseconds(random() % 2000);
      on_path = std::max(on_path, Bed::EndOf(nth) + milliseconds(random() % jitter));
      // Another path; not three in a row, which is a restart.
      const bool detour = nth % 3 == 1 && random() % 10 == 0;
      arrivals.emplace_back(on_path + milliseconds(detour ? random() % 120 : 0), nth);
    }
    std::sort(arrivals.begin(), arrivals.end());
    Bed bed;
    bed.most_behind = milliseconds(200);
    for (const auto& [at, nth] : arrivals) {
      bed.RunTo(at);
      bed.Arrive(at, static_cast<uint16_t>(nth), static_cast<uint32_t>(nth * 160), Numbered(nth));
    }
    bed.RunTo(arrivals.back().first + seconds(1));
    int last = -1;
    uint64_t heard = 0;
    for (size_t frame = 0; frame < bed.frames(); ++frame) {
      const int number = NumberOf(bed.Nth(frame));
      if (number < 0) continue;
      EXPECT_GT(number, last) << seed;
      last = number;
      ++heard;
    }
    EXPECT_EQ(heard + bed.uplink.dropped(), bed.received) << seed;
    EXPECT_EQ(heard + bed.uplink.filled(), bed.frames()) << seed;
  }
}

}  // namespace
}  // namespace benari::media
