#include "media/rtp/sender.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace benari::media::rtp {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint32_t kOurs = 0xabcdef01;
constexpr Clock::Time kStart{std::chrono::hours(1)};

class Kept : public Outlet {
 public:
  void SendToPeer(std::span<const uint8_t> datagram) override {
    datagrams.emplace_back(datagram.begin(), datagram.end());
  }
  Packet Parsed(size_t i) const {
    Packet packet;
    EXPECT_EQ(ParsePacket(datagrams.at(i), &packet), ParseResult::kOk);
    return packet;
  }

  std::vector<Bytes> datagrams;
};

// RFC 3550 5.1: one sequence, timestamps that go on by what was played.
TEST(Sender, SendsUnderNumbersOfItsOwn) {
  Kept kept;
  Sender sender(8, kOurs, kept);
  const Bytes payload(160, 0xd5);
  for (int i = 0; i < 3; ++i) sender.Send(payload, 160);
  ASSERT_EQ(kept.datagrams.size(), 3u);
  const Packet first = kept.Parsed(0);
  for (uint16_t i = 0; i < 3; ++i) {
    const Packet packet = kept.Parsed(i);
    EXPECT_EQ(packet.ssrc, kOurs);
    EXPECT_EQ(packet.payload_type, 8);
    EXPECT_EQ(packet.sequence, static_cast<uint16_t>(first.sequence + i));
    EXPECT_EQ(packet.timestamp, first.timestamp + 160u * i);
    EXPECT_EQ(packet.marker, i == 0) << "RFC 3551 4.1: only the first of a talkspurt";
    EXPECT_EQ(Bytes(kept.datagrams[i].begin() + kFixedHeaderBytes, kept.datagrams[i].end()), payload);
  }
}

TEST(Sender, WhatIsSkippedIsInTheTimestampsAndNotInTheSequence) {
  Kept kept;
  Sender sender(8, kOurs, kept);
  sender.Send(Bytes(160), 160);
  sender.Skip(320);
  sender.Send(Bytes(160), 160);
  EXPECT_EQ(kept.Parsed(1).sequence, static_cast<uint16_t>(kept.Parsed(0).sequence + 1));
  EXPECT_EQ(kept.Parsed(1).timestamp, kept.Parsed(0).timestamp + 480);
  EXPECT_TRUE(kept.Parsed(1).marker);
}

// RFC 3550 5.1: the first numbers are random, also where sessions begin at once.
TEST(Sender, NoTwoBeginWithTheSameNumbers) {
  Kept kept;
  for (uint32_t ssrc = 1; ssrc <= 100; ++ssrc) Sender(8, ssrc, kept).Send(Bytes(1), 1);
  std::set<uint32_t> timestamps;
  std::set<uint16_t> sequences;
  for (size_t i = 0; i < 100; ++i) {
    timestamps.insert(kept.Parsed(i).timestamp);
    sequences.insert(kept.Parsed(i).sequence);
    EXPECT_LT(kept.Parsed(i).sequence, 0x8000) << "the first wrap is at least 32768 packets away";
  }
  EXPECT_EQ(timestamps.size(), 100u);
  EXPECT_GT(sequences.size(), 95u);
}

TEST(Sender, ReflectsUnderItsSsrcAndChangesNothingElse) {
  Kept kept;
  Sender sender(8, kOurs, kept);
  Bytes datagram(172, 0x80);
  Bytes expected = datagram;
  SetSsrc(kOurs, expected);
  EXPECT_FALSE(sender.TakeReflected());
  sender.Reflect(datagram);
  EXPECT_EQ(datagram, expected);
  EXPECT_TRUE(sender.TakeReflected());
  EXPECT_FALSE(sender.TakeReflected());
  EXPECT_TRUE(kept.datagrams.empty()) << "it goes back from where it lies";
}

TEST(Sender, CountsWhatTheSystemTook) {
  Kept kept;
  Sender sender(8, kOurs, kept);
  sender.OnSendDone(kStart, 172, false);
  EXPECT_EQ(sender.first_sent(), std::nullopt);
  sender.OnSendDone(kStart, 172, true);
  sender.OnSendDone(kStart + std::chrono::seconds(1), 100, true);
  EXPECT_EQ(sender.sent_packets(), 2u);
  EXPECT_EQ(sender.sent_bytes(), 272u);
  EXPECT_EQ(sender.failed_packets(), 1u);
  EXPECT_EQ(sender.first_sent(), kStart);
}

}  // namespace
}  // namespace benari::media::rtp
