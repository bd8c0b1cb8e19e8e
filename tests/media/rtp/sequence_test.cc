#include "media/rtp/sequence.h"

#include <gtest/gtest.h>

#include <vector>

namespace benari::media::rtp {
namespace {

struct Case {
  const char* what;
  std::vector<uint16_t> sequences;
  std::vector<Arrival> arrivals;
  uint64_t received;
  int64_t lost;
  uint64_t duplicates;
  uint64_t reordered;
};

constexpr Arrival kIn = Arrival::kInOrder;
constexpr Arrival kRe = Arrival::kReordered;
constexpr Arrival kDu = Arrival::kDuplicate;
constexpr Arrival kPr = Arrival::kProbation;
constexpr Arrival kRs = Arrival::kRestarted;

TEST(SequenceTracker, Table) {
  const Case cases[] = {
      {"the first counts at once", {5}, {kIn}, 1, 0, 0, 0},
      {"in order", {5, 6, 7}, {kIn, kIn, kIn}, 3, 0, 0, 0},
      {"wrap", {65534, 65535, 0, 1}, {kIn, kIn, kIn, kIn}, 4, 0, 0, 0},
      {"wrap with a gap", {65534, 1}, {kIn, kIn}, 2, 2, 0, 0},
      {"a gap is loss", {10, 14}, {kIn, kIn}, 2, 3, 0, 0},
      {"a gap filled late", {10, 12, 11}, {kIn, kIn, kRe}, 3, 0, 0, 1},
      {"late over the wrap", {65535, 1, 0}, {kIn, kIn, kRe}, 3, 0, 0, 1},
      {"later than late", {65533, 0, 65534, 65535}, {kIn, kIn, kRe, kRe}, 4, 0, 0, 2},
      {"the same twice", {10, 10}, {kIn, kDu}, 2, -1, 1, 0},
      {"an older one twice", {10, 11, 12, 10}, {kIn, kIn, kIn, kDu}, 4, -1, 1, 0},
      {"a late one twice", {10, 12, 11, 11}, {kIn, kIn, kRe, kDu}, 4, -1, 1, 1},
      {"before the first", {10, 9}, {kIn, kRe}, 2, -1, 0, 1},
      {"the longest gap", {0, 2999}, {kIn, kIn}, 2, 2998, 0, 0},
      {"one more is a jump", {0, 3000}, {kIn, kPr}, 1, 0, 0, 0},
      {"99 late", {200, 101}, {kIn, kRe}, 2, -1, 0, 1},
      {"100 late is a jump", {200, 100}, {kIn, kPr}, 1, 0, 0, 0},
      {"a stray", {10, 40000, 11}, {kIn, kPr, kIn}, 2, 0, 0, 0},
      {"a restart: the second counts", {10, 40000, 40001, 40002}, {kIn, kPr, kRs, kIn}, 3, 0, 0, 0},
      {"loss before a restart stays", {10, 13, 40000, 40001}, {kIn, kIn, kPr, kRs}, 3, 2, 0, 0},
      {"a restart near by: the second counts",
       {10, 11, 12, 13, 11, 12, 13, 14},
       {kIn, kIn, kIn, kIn, kDu, kRs, kIn, kIn},
       8,
       -1,
       1,
       0},
      {"by one", {10, 11, 12, 11, 12, 13}, {kIn, kIn, kIn, kDu, kRs, kIn}, 6, -1, 1, 0},
      {"over the wrap", {65534, 65535, 0, 1, 65535, 0, 1}, {kIn, kIn, kIn, kIn, kDu, kRs, kIn}, 7, -1, 1, 0},
      {"every packet twice is no restart",
       {10, 10, 11, 11, 12, 12},
       {kIn, kDu, kIn, kDu, kIn, kDu},
       6,
       -3,
       3,
       0},
      {"twice and late neither",
       {10, 11, 12, 10, 13, 11, 14, 12},
       {kIn, kIn, kIn, kDu, kIn, kDu, kIn, kDu},
       8,
       -3,
       3,
       0},
      {"late ones in a row neither",
       {10, 11, 15, 12, 13, 14, 16},
       {kIn, kIn, kIn, kRe, kRe, kRe, kIn},
       7,
       0,
       0,
       3},
  };
  for (const Case& each : cases) {
    SequenceTracker tracker;
    std::vector<Arrival> arrivals;
    for (const uint16_t sequence : each.sequences) arrivals.push_back(tracker.OnPacket(sequence));
    EXPECT_EQ(arrivals, each.arrivals) << each.what;
    EXPECT_EQ(tracker.received(), each.received) << each.what;
    EXPECT_EQ(tracker.lost(), each.lost) << each.what;
    EXPECT_EQ(tracker.duplicates(), each.duplicates) << each.what;
    EXPECT_EQ(tracker.reordered(), each.reordered) << each.what;
  }
}

TEST(SequenceTracker, RestartAtTheWrap) {
  SequenceTracker tracker;
  tracker.OnPacket(30000);
  EXPECT_EQ(tracker.OnPacket(65535), kPr);
  EXPECT_EQ(tracker.OnPacket(0), kRs);  // 65535 + 1 is 0 and not 65536
}

// A phone that begins its sequence again a little before where it was: one packet is lost, as after a jump.
TEST(SequenceTracker, ARestartNearByLosesOnePacketHoweverFarItWent) {
  for (uint16_t back = 1; back < 200; ++back) {
    SequenceTracker tracker;
    for (uint16_t i = 0; i < 300; ++i) tracker.OnPacket(i);
    int dropped = 0;
    for (uint16_t i = 0; i < 300; ++i) {
      const Arrival arrival = tracker.OnPacket(static_cast<uint16_t>(299 - back + i));
      if (arrival == kDu || arrival == kPr) ++dropped;
    }
    EXPECT_EQ(dropped, 1) << back;
  }
}

TEST(SequenceTracker, CountsOverManyWraps) {
  SequenceTracker tracker;
  for (uint32_t i = 0; i < 5 * 65536; ++i) {
    if (i % 100 != 99) tracker.OnPacket(static_cast<uint16_t>(i));
  }
  EXPECT_EQ(tracker.received() + static_cast<uint64_t>(tracker.lost()), 5u * 65536);
  EXPECT_EQ(tracker.lost(), 5 * 65536 / 100);
}

TEST(SequenceTracker, ANewSourceNumbersAnewAndWhatWasCountedStays) {
  SequenceTracker tracker;
  for (const uint16_t sequence : {10, 12}) tracker.OnPacket(sequence);
  tracker.OnNewSource();
  EXPECT_EQ(tracker.OnPacket(12), kIn);  // no duplicate of the other source's
  EXPECT_EQ(tracker.OnPacket(14), kIn);
  EXPECT_EQ(tracker.received(), 4u);
  EXPECT_EQ(tracker.lost(), 2);
}

}  // namespace
}  // namespace benari::media::rtp
