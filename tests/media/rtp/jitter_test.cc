#include "media/rtp/jitter.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace benari::media::rtp {
namespace {

// RFC 3550 A.8 as printed there, on wide integers.
class Reference {
 public:
  void OnPacket(int64_t arrival, int64_t timestamp) {
    const int64_t transit = arrival - timestamp;
    if (packets_++ > 0) {
      const int64_t d = std::abs(transit - transit_);
      jitter_ += d - ((jitter_ + 8) >> 4);
    }
    transit_ = transit;
  }
  uint64_t jitter() const { return static_cast<uint64_t>(jitter_ >> 4); }

 private:
  int64_t packets_ = 0, transit_ = 0, jitter_ = 0;
};

TEST(JitterEstimator, EvenPacketsHaveNone) {
  JitterEstimator jitter;
  for (uint32_t i = 0; i < 100; ++i) jitter.OnPacket(1000 + 160 * i, 160 * i);
  EXPECT_EQ(jitter.jitter(), 0u);
}

TEST(JitterEstimator, ATransitOfZeroIsATransit) {
  JitterEstimator jitter;
  jitter.OnPacket(500, 500);  // transit 0: the next one is compared with it
  jitter.OnPacket(660 + 80, 660);
  EXPECT_EQ(jitter.jitter(), 5u);  // 80 / 16
  JitterEstimator first;
  first.OnPacket(580, 500);  // nothing to compare with
  EXPECT_EQ(first.jitter(), 0u);
}

TEST(JitterEstimator, AgreesWithTheReferenceOverWraps) {
  std::mt19937 random(1);
  for (const uint32_t timestamp_offset : {0u, 0xffffff00u, 0x7fffff00u}) {
    for (const uint32_t arrival_offset : {0u, 0xffffff00u, 0x80000000u}) {
      JitterEstimator jitter;
      Reference reference;
      for (uint32_t i = 0; i < 1000; ++i) {
        const uint32_t late = random() % 200;
        jitter.OnPacket(arrival_offset + 160 * i + late, timestamp_offset + 160 * i);
        reference.OnPacket(160 * i + late, 160 * i);
      }
      EXPECT_EQ(jitter.jitter(), reference.jitter());
      EXPECT_GT(jitter.jitter(), 0u);
    }
  }
}

TEST(JitterEstimator, ANewSourceIsNotComparedWithTheOldOne) {
  JitterEstimator jitter;
  jitter.OnPacket(1000, 0);
  jitter.OnNewSource();
  jitter.OnPacket(1160, 3000000000u);
  jitter.OnPacket(1320, 3000000160u);
  EXPECT_EQ(jitter.jitter(), 0u);
}

TEST(JitterEstimator, TheLargestDifferencesDoNotOverflow) {
  JitterEstimator jitter;
  for (uint32_t i = 0; i < 1000; ++i) jitter.OnPacket(i % 2 == 0 ? 0 : 0x7fffffff, 0);
  EXPECT_LE(jitter.jitter(), 0x80000000u);
  EXPECT_GE(jitter.jitter(), 0x70000000u);
}

TEST(JitterEstimator, InMilliseconds) {
  JitterEstimator jitter;
  jitter.OnPacket(0, 0);
  jitter.OnPacket(160 + 80, 160);  // 10 ms at 8 kHz
  EXPECT_DOUBLE_EQ(jitter.jitter_ms(8000), 10.0 / 16);
  EXPECT_EQ(jitter.jitter_ms(0), 0);
}

}  // namespace
}  // namespace benari::media::rtp
