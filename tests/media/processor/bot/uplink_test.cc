#include "media/processor/bot/uplink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "media/processor/g711.h"
#include "media/rtp/sequence.h"
#include "tests/media/processor/bot/audio_bytes.h"

namespace benari::media {
namespace {

using Bytes = std::vector<uint8_t>;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Clock::Time kStart{std::chrono::hours(1)};
constexpr milliseconds kFrame{20};

// When the nth frame ends, if the first begins at the start.
milliseconds EndOf(uint64_t nth) { return static_cast<int64_t>(nth + 1) * kFrame; }

Bytes Codes(size_t count, uint8_t code) { return Bytes(count, code); }

// An uplink that ticks each 20 ms, and a peer that sends packets at times of the test's choice.
class Bed {
 public:
  explicit Bed(LegCodec codec = LegCodec::kUlaw) : uplink(codec, kStart) {}

  // Times are since the start.
  void Tick(milliseconds at) { uplink.OnTick(kStart + at, emit_); }
  // Ticks up to `at`.
  void RunTo(milliseconds at) {
    for (; next_tick_ <= at; next_tick_ += kFrame) {
      Tick(next_tick_);
      CheckCount(next_tick_);
    }
  }
  // A packet that arrives at `at`, wherever the clock is, at a receiver, which lets no stray ones through.
  void Arrive(milliseconds at, uint16_t sequence, uint32_t timestamp, const Bytes& payload) {
    if (ssrc != received_ssrc_) tracker_.OnNewSource();
    received_ssrc_ = ssrc;
    const rtp::Arrival arrival = tracker_.OnPacket(sequence);
    if (arrival == rtp::Arrival::kProbation || arrival == rtp::Arrival::kDuplicate) return;
    ++received;
    Deliver(at, sequence, timestamp, payload);
  }
  // The same without the receiver.
  void Deliver(milliseconds at, uint16_t sequence, uint32_t timestamp, const Bytes& payload) {
    Bytes datagram(12);
    datagram.insert(datagram.end(), payload.begin(), payload.end());
    rtp::Packet packet;
    packet.sequence = sequence;
    packet.timestamp = timestamp;
    packet.ssrc = ssrc;
    packet.payload_offset = 12;
    packet.payload_bytes = payload.size();
    uplink.OnPacket(kStart + at, packet, datagram, emit_);
  }
  // Likewise, after the ticks before it: audio in place, numbers that begin at 100 and 1000.
  void Packet(milliseconds at, uint64_t nth, size_t bytes = kFrameBytes) {
    RunTo(at);
    Arrive(at, static_cast<uint16_t>(100 + nth), static_cast<uint32_t>(1000 + nth * bytes),
           AudioBytes(nth * bytes, bytes));
  }
  // `count` of them at their times, from `first` on, which arrives at `at`.
  void Packets(milliseconds at, uint64_t first, uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) Packet(at + i * kFrame, first + i);
  }

  size_t frames() const { return heard.size() / kFrameBytes; }
  Bytes Last(size_t bytes) const { return {heard.end() - static_cast<std::ptrdiff_t>(bytes), heard.end()}; }
  Bytes Nth(size_t frame) const {
    const auto from = heard.begin() + static_cast<std::ptrdiff_t>(frame * kFrameBytes);
    return {from, from + kFrameBytes};
  }

  Uplink uplink;
  uint32_t ssrc = 1;
  uint64_t received = 0;
  Bytes heard;
  milliseconds most_behind{160};
  milliseconds most_ahead{200};

 private:
  // As many frames as time has passed, within a bound.
  void CheckCount(milliseconds elapsed) {
    ASSERT_EQ(uplink.frames(), frames());
    const milliseconds made = static_cast<int>(frames()) * kFrame;
    ASSERT_GE(made, elapsed - most_behind) << elapsed.count();
    ASSERT_LE(made, elapsed + most_ahead) << elapsed.count();
  }

  struct Hear {
    void operator()(const Frame& frame) const {
      bed->heard.insert(bed->heard.end(), frame.begin(), frame.end());
    }
    Bed* bed;
  };

  milliseconds next_tick_ = kFrame;
  rtp::SequenceTracker tracker_;
  uint32_t received_ssrc_ = ssrc;
  const Hear hear_{this};
  const Uplink::Emit emit_ = hear_;
};

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
      arrivals.emplace_back(EndOf(nth) + milliseconds(random() % jitter), nth);
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
  EXPECT_NE(bed.Nth(10), Codes(160, kUlawSilence)) << "concealed";
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
      last = std::max(last, EndOf(nth) + milliseconds(random() % 60));
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
      on_path = std::max(on_path, EndOf(nth) + milliseconds(random() % jitter));
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
