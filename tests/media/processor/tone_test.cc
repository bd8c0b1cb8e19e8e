#include "media/processor/tone.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "media/processor/factory.h"
#include "media/processor/session.h"
#include "tests/fakes/alaw.h"
#include "tests/media/no_bots.h"
#include "tests/media/rtp_bytes.h"

namespace benari::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Clock::Time kStart{std::chrono::hours(1)};
constexpr milliseconds kFrame{20};

// How strong a frequency is in samples at 8000 Hz: its amplitude, by one bin of a Fourier transform.
double Amplitude(const std::vector<int16_t>& samples, double hz) {
  double real = 0;
  double imaginary = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hz * static_cast<double>(i) / 8000;
    real += samples[i] * std::cos(angle);
    imaginary += samples[i] * std::sin(angle);
  }
  return 2 * std::hypot(real, imaginary) / static_cast<double>(samples.size());
}

// A session with a tone, and a clock that is turned by hand.
class Player : public rtp::Outlet {
 public:
  explicit Player(const ToneConfig& tone, uint8_t payload_type = 8)
      : session_(Start(tone, payload_type), *this, factory_, kStart) {}

  static SessionStart Start(const ToneConfig& tone, uint8_t payload_type) {
    SessionStart start;
    start.config.peer = ParseSocketAddress(Endpoint("10.0.0.5", 25000)).value();
    start.config.payload_type = payload_type;
    start.config.processor = tone;
    start.ssrc = 0xabcdef01;
    return start;
  }

  void SendToPeer(std::span<const uint8_t> datagram) override {
    rtp::Packet packet;
    ASSERT_EQ(rtp::ParsePacket(datagram, &packet), rtp::ParseResult::kOk);
    ASSERT_EQ(packet.payload_bytes, 160u);
    for (const uint8_t code : datagram.subspan(packet.payload_offset))
      samples.push_back(fakes::FromAlaw(code));
    packets.push_back(packet);
  }

  // Ticks when they are due, until `end` is over.
  void PlayUntil(milliseconds end) {
    while (session_.NextTick() && *session_.NextTick() < kStart + end) session_.OnTick(*session_.NextTick());
  }
  std::vector<int16_t> Heard(milliseconds from, milliseconds to) const {
    return {samples.begin() + from.count() * 8, samples.begin() + to.count() * 8};
  }
  Session& session() { return session_; }

  std::vector<rtp::Packet> packets;
  std::vector<int16_t> samples;

 private:
  NoBots no_bots_;
  ProcessorFactory factory_{no_bots_};
  Session session_;
};

ToneConfig Cadence(std::vector<ToneSegment> segments, uint32_t repetitions = 0) {
  ToneConfig tone;
  tone.segments = std::move(segments);
  tone.repetitions = repetitions;
  return tone;
}

TEST(Tone, APacketEach20MsFromTheStartOn) {
  Player player(Cadence({{{425}, seconds(1)}}));
  EXPECT_EQ(player.session().NextTick(), kStart);
  player.PlayUntil(seconds(3));
  ASSERT_EQ(player.packets.size(), 150u);
  EXPECT_EQ(player.session().NextTick(), kStart + seconds(3));
  for (size_t i = 1; i < player.packets.size(); ++i) {
    EXPECT_EQ(player.packets[i].sequence, static_cast<uint16_t>(player.packets[i - 1].sequence + 1));
    EXPECT_EQ(player.packets[i].timestamp, player.packets[i - 1].timestamp + 160);
    EXPECT_FALSE(player.packets[i].marker);
  }
  EXPECT_EQ(player.session().Snapshot().processor_state, ProcessorState::kActive);
}

TEST(Tone, TheCadenceIsHeard) {
  Player player(
      Cadence({{{350, 440}, milliseconds(400)}, {{}, milliseconds(200)}, {{1400}, milliseconds(100)}}));
  player.PlayUntil(milliseconds(1400));
  for (const milliseconds round : {milliseconds(0), milliseconds(700)}) {
    const auto both = player.Heard(round, round + milliseconds(400));
    EXPECT_NEAR(Amplitude(both, 350), 5000, 150);
    EXPECT_NEAR(Amplitude(both, 440), 5000, 150);
    EXPECT_LT(Amplitude(both, 1400), 100);
    for (const int16_t sample : player.Heard(round + milliseconds(400), round + milliseconds(600))) {
      ASSERT_LE(std::abs(sample), 8) << "silence";
    }
    const auto high = player.Heard(round + milliseconds(600), round + milliseconds(700));
    EXPECT_NEAR(Amplitude(high, 1400), 5000, 150);
    EXPECT_LT(Amplitude(high, 350), 100);
  }
}

// Where one frame ends and the next begins there is no click.
TEST(Tone, ThePhaseGoesOnFromFrameToFrame) {
  Player player(Cadence({{{333}, seconds(1)}}));
  player.PlayUntil(seconds(1));
  const double steepest = 5000 * 2 * std::numbers::pi * 333 / 8000;
  for (size_t i = 1; i < player.samples.size(); ++i) {
    ASSERT_LT(std::abs(player.samples[i] - player.samples[i - 1]), steepest + 300) << i;
  }
}

TEST(Tone, EndsAfterItsRepetitions) {
  Player player(Cadence({{{425}, milliseconds(40)}, {{}, milliseconds(20)}}, 2));
  player.PlayUntil(seconds(10));
  EXPECT_EQ(player.packets.size(), 6u);
  EXPECT_EQ(player.session().NextTick(), std::nullopt);
  EXPECT_EQ(player.session().Snapshot().processor_state, ProcessorState::kFinished);
}

// A machine that stalls: what is over is left out, in the timestamps too, and the rest keeps its time.
TEST(Tone, AfterAStallItGoesOnWhereItWouldBe) {
  Player player(Cadence({{{425}, milliseconds(200)}, {{}, milliseconds(200)}}));
  player.PlayUntil(milliseconds(100));
  const rtp::Packet before = player.packets.back();
  player.session().OnTick(kStart + milliseconds(300));
  const rtp::Packet& after = player.packets.back();
  EXPECT_EQ(after.sequence, static_cast<uint16_t>(before.sequence + 1));
  EXPECT_EQ(after.timestamp, before.timestamp + 11 * 160);
  EXPECT_TRUE(after.marker);
  EXPECT_EQ(player.session().NextTick(), kStart + milliseconds(320));
  EXPECT_LE(std::abs(player.samples.back()), 8) << "the silence of the cadence";
}

TEST(Tone, WhatThePeerSendsIsCountedAndNotAnswered) {
  Player player(Cadence({{{425}, seconds(1)}}));
  std::vector<uint8_t> bytes = RtpBytes(1);
  const SocketAddress peer = player.session().peer();
  EXPECT_EQ(player.session().OnDatagram(kStart, bytes, peer), DropReason::kNone);
  EXPECT_FALSE(player.session().TakeReflected());
  EXPECT_TRUE(player.session().TakeFlowBegan());
  EXPECT_EQ(player.session().Snapshot().stats.received_packets, 1u);
  EXPECT_TRUE(player.packets.empty());
}

// It began to send first: a peer that sends the same SSRC sends our packets back.
TEST(Tone, ItsOwnPacketsThatComeBackAreALoop) {
  Player player(Cadence({{{425}, seconds(1)}}));
  player.PlayUntil(kFrame);
  std::vector<uint8_t> bytes = RtpBytes(1, 8, player.session().Snapshot().ssrc);
  EXPECT_EQ(player.session().OnDatagram(kStart, bytes, player.session().peer()), DropReason::kLoop);
}

TEST(Tone, InMuLawToo) {
  Player alaw(Cadence({{{}, seconds(1)}}));
  Player ulaw(Cadence({{{}, seconds(1)}}), 0);
  alaw.PlayUntil(kFrame);
  ulaw.PlayUntil(kFrame);
  EXPECT_EQ(ulaw.packets.at(0).payload_type, 0);
  EXPECT_NE(alaw.samples, ulaw.samples) << "0xff is no silence in A-law";
}

}  // namespace
}  // namespace benari::media
