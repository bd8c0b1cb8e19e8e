#include "media/processor/bot/uplink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

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

TEST(Uplink, ForwardsOnArrival) {
  Bed bed;
  for (uint64_t nth = 0; nth < 500; ++nth) {
    bed.Packet(milliseconds(7) + nth * kFrame, nth);
    ASSERT_EQ(bed.frames(), nth + 1);
  }
  EXPECT_EQ(bed.heard, AudioBytes(0, 80000));
  EXPECT_EQ(bed.uplink.filled(), 0u);
  EXPECT_EQ(bed.uplink.dropped(), 0u);
}

TEST(Uplink, PacketsOfAnyLengthBecomeFrames) {
  for (const int ms : {10, 20, 30, 40, 50, 60}) {
    Bed bed;
    const size_t bytes = static_cast<size_t>(ms) * 8;
    for (uint64_t nth = 0; nth < 200; ++nth) {
      bed.Packet(milliseconds((nth + 1) * static_cast<uint64_t>(ms)), nth, bytes);
      ASSERT_EQ(bed.frames(), (nth + 1) * bytes / kFrameBytes) << "forwarded on arrival";
    }
    EXPECT_EQ(bed.heard, AudioBytes(0, bed.heard.size())) << ms;
    EXPECT_EQ(bed.uplink.filled(), 0u) << ms;
    EXPECT_EQ(bed.uplink.dropped(), 0u) << ms;
  }
}

TEST(Uplink, ALengthThatChanges) {
  std::mt19937 random(1);
  Bed bed;
  uint32_t timestamp = 0;
  for (uint16_t sequence = 0; sequence < 1000; ++sequence) {
    const size_t bytes = 80 * (1 + random() % 6);
    const milliseconds at((timestamp + bytes) / 8);
    bed.RunTo(at);
    bed.Arrive(at, sequence, timestamp, AudioBytes(timestamp, bytes));
    timestamp += static_cast<uint32_t>(bytes);
  }
  EXPECT_EQ(bed.heard, AudioBytes(0, bed.heard.size()));
  EXPECT_EQ(bed.uplink.filled(), 0u);
}

TEST(Uplink, ALawAndSlin) {
  Bed alaw(LegCodec::kAlaw);
  Bed slin(LegCodec::kSlin);
  for (uint16_t nth = 0; nth < 50; ++nth) {
    const milliseconds at = (nth + 1) * kFrame;
    Bytes codes = AudioBytes(nth * 160u, 160);
    Bytes samples;
    Bytes expected_alaw;
    Bytes expected_slin;
    for (const uint8_t code : codes) {
      const int16_t sample = kUlawToLinear[code];
      samples.push_back(static_cast<uint8_t>(static_cast<uint16_t>(sample) >> 8));
      samples.push_back(static_cast<uint8_t>(sample));
      expected_alaw.push_back(kAlawToUlaw[code]);
      expected_slin.push_back(ToUlaw(sample));
    }
    alaw.Arrive(at, nth, nth * 160u, codes);
    slin.Arrive(at, nth, nth * 160u, samples);
    ASSERT_EQ(alaw.Last(160), expected_alaw);
    ASSERT_EQ(slin.Last(160), expected_slin);
  }
}

TEST(Uplink, WhatIsOutOfOrderIsRepaired) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 10);
  bed.Packet(milliseconds(220), 11);
  EXPECT_EQ(bed.frames(), 10u) << "it waits";
  bed.Packet(milliseconds(240), 12);
  EXPECT_EQ(bed.frames(), 10u);
  bed.Packet(milliseconds(260), 10);
  EXPECT_EQ(bed.frames(), 13u);
  bed.Packet(milliseconds(280), 13);
  EXPECT_EQ(bed.frames(), 14u) << "nobody waits any more";
  EXPECT_EQ(bed.heard, AudioBytes(0, 14u * 160));
  EXPECT_EQ(bed.uplink.filled(), 0u);
}

TEST(Uplink, OutOfOrderWithin60MsForAnyPattern) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::pair<milliseconds, uint64_t>> arrivals;
    for (uint64_t nth = 0; nth < 300; ++nth) {
      const uint32_t jitter = nth == 0 ? 1 : 59;  // nobody can wait for what is before the first
      arrivals.emplace_back(Bed::EndOf(nth) + milliseconds(random() % jitter), nth);
    }
    std::sort(arrivals.begin(), arrivals.end());
    Bed bed;
    for (const auto& [at, nth] : arrivals) bed.Packet(at, nth);
    EXPECT_EQ(bed.heard, AudioBytes(0, 300u * 160)) << seed;
    EXPECT_EQ(bed.uplink.filled(), 0u) << seed;
    EXPECT_EQ(bed.uplink.dropped(), 0u) << seed;
  }
}

TEST(Uplink, WhatIsLostIsFilledAndTheRestStaysInItsPlace) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 10);
  bed.Packets(milliseconds(240), 11, 50);  // without the 10th
  EXPECT_EQ(bed.frames(), 61u);
  EXPECT_EQ(bed.uplink.filled(), 1u);
  EXPECT_EQ(bed.uplink.dropped(), 0u);
  for (size_t nth = 0; nth < 61; ++nth) {
    if (nth != 10) {
      EXPECT_EQ(bed.Nth(nth), AudioBytes(nth * 160, 160)) << nth;
    }
  }
  EXPECT_NE(bed.Nth(10), Bytes(160, kUlawSilence)) << "concealed";
}

TEST(Uplink, AfterALossPacketsAreForwardedOnArrivalAgain) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 10);
  bed.Packets(milliseconds(240), 11, 3);
  EXPECT_EQ(bed.frames(), 10u);
  bed.Packet(milliseconds(300), 14);
  EXPECT_EQ(bed.frames(), 15u) << "60 ms after the first that waited";
  bed.Packet(milliseconds(320), 15);
  EXPECT_EQ(bed.frames(), 16u);
}

// The peer stops within a gap: a tick lets go what waits.
TEST(Uplink, WhatWaitsIsReleasedWithoutAnotherPacket) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 10);
  bed.Packet(milliseconds(240), 11);
  bed.RunTo(milliseconds(280));
  EXPECT_EQ(bed.frames(), 10u);
  bed.RunTo(milliseconds(300));
  EXPECT_EQ(bed.frames(), 12u);
  EXPECT_EQ(bed.Last(160), AudioBytes(11u * 160, 160));
}

TEST(Uplink, LongLossesAreFilledToTheLength) {
  for (const uint64_t lost : {2u, 3u, 5u, 8u, 20u, 60u}) {
    Bed bed;
    bed.Packets(milliseconds(20), 0, 10);
    const uint64_t next = 10 + lost;
    bed.Packets(milliseconds(20) + next * kFrame, next, 20);
    EXPECT_EQ(bed.frames(), next + 20) << lost;
    EXPECT_EQ(bed.uplink.filled(), lost);
    EXPECT_EQ(bed.Last(20u * 160), AudioBytes(next * 160, 20u * 160)) << lost;
  }
}

TEST(Uplink, ADuplicateOfOneThatWaitsIsIgnored) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 10);
  for (int i = 0; i < 2; ++i) {
    bed.Deliver(milliseconds(220), 111, 1000 + 11 * 160, AudioBytes(11u * 160, 160));
  }
  bed.Packet(milliseconds(222), 10);
  EXPECT_EQ(bed.heard, AudioBytes(0, 12u * 160));
  bed.most_behind = milliseconds(100);  // nobody waits any more
  bed.RunTo(seconds(1));
}

// Telephone events have the audio's sequence, but not its time.
TEST(Uplink, NumbersOfOtherPacketsAreNoLoss) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 10);
  bed.RunTo(milliseconds(220));
  bed.Arrive(milliseconds(220), 113, 1000 + 10 * 160, AudioBytes(10u * 160, 160));
  bed.RunTo(milliseconds(300));
  EXPECT_EQ(bed.heard, AudioBytes(0, 11u * 160));
  EXPECT_EQ(bed.uplink.filled(), 0u);
}

TEST(Uplink, ATimestampThatLeapsIsNotWhatWasLost) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 10);
  bed.RunTo(milliseconds(240));
  bed.Arrive(milliseconds(240), 111, 1000 + 80000, AudioBytes(11u * 160, 160));
  bed.RunTo(milliseconds(300));
  EXPECT_EQ(bed.frames(), 12u);
  EXPECT_EQ(bed.uplink.filled(), 1u);
}

TEST(Uplink, WhatComesTooLateIsDropped) {
  Bed bed;
  bed.Packets(milliseconds(20), 0, 10);
  bed.Packets(milliseconds(240), 11, 10);
  bed.Packet(milliseconds(430), 10);
  bed.Packet(milliseconds(440), 21);
  EXPECT_EQ(bed.frames(), 22u);
  EXPECT_EQ(bed.uplink.dropped(), 1u);
}

}  // namespace
}  // namespace benari::media
