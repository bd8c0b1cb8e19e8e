#include "media/processor/session.h"

#include <gtest/gtest.h>

#include <vector>

#include "media/processor/factory.h"
#include "tests/media/no_bots.h"
#include "tests/media/rtp_bytes.h"

namespace benari::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Bytes = std::vector<uint8_t>;

constexpr uint32_t kOurs = 0xabcdef01;
constexpr Clock::Time kStart{std::chrono::hours(1)};

SocketAddress Address(const char* host, uint16_t port) {
  return ParseSocketAddress(Endpoint(host, port)).value();
}
const SocketAddress kPeer = Address("10.0.0.5", 25000);
const SocketAddress kStranger = Address("10.0.0.9", 4000);

SessionStart Start(PeerPolicy policy = PeerPolicy::kExact) {
  SessionStart start;
  start.config.peer = kPeer;
  start.config.peer_policy = policy;
  start.config.payload_type = 8;
  start.config.no_media_timeout = milliseconds(2000);
  start.ssrc = kOurs;
  start.advertised_rtp = "127.0.0.1:26500";
  return start;
}

class Nowhere : public rtp::Outlet {
 public:
  void SendToPeer(std::span<const uint8_t>) override {
    ADD_FAILURE() << "an echo sends what came, not its own";
  }
};
Nowhere nowhere;

NoBots no_bots;
ProcessorFactory factory(no_bots);

struct Echo {
  explicit Echo(PeerPolicy policy = PeerPolicy::kExact) : session(Start(policy), nowhere, factory, kStart) {}

  DropReason Get(Bytes bytes, const SocketAddress& source = kPeer, milliseconds at = milliseconds(0)) {
    return session.OnDatagram(kStart + at, bytes, source);
  }
  // As Get, and the system sends what may go back. True when media begins to flow.
  bool GetAndSend(uint16_t sequence, milliseconds at = milliseconds(0)) {
    Get(RtpBytes(sequence), kPeer, at);
    if (session.TakeReflected()) session.OnSendDone(kStart + at, 172, true);
    return session.TakeFlowBegan();
  }
  uint64_t Dropped(DropReason reason) const { return session.Snapshot().stats.Dropped(reason); }
  RtpStats stats() const { return session.Snapshot().stats; }

  Session session;
};

TEST(EchoOfASession, SendsBackTheSamePacketUnderItsOwnSsrc) {
  Echo echo;
  Bytes bytes = RtpBytes(7);
  Bytes expected = bytes;
  rtp::SetSsrc(kOurs, expected);
  EXPECT_EQ(echo.session.OnDatagram(kStart, bytes, kPeer), DropReason::kNone);
  EXPECT_EQ(bytes, expected);
  EXPECT_EQ(echo.session.peer(), kPeer);
}

TEST(EchoOfASession, AnswersFromTheFirstPacketAndCounts) {
  Echo echo;
  EXPECT_TRUE(echo.GetAndSend(1, milliseconds(20)));
  EXPECT_FALSE(echo.GetAndSend(2, milliseconds(40)));
  const SessionSnapshot snapshot = echo.session.Snapshot();
  EXPECT_EQ(snapshot.stats.received_packets, 2u);
  EXPECT_EQ(snapshot.stats.received_bytes, 2u * 172);
  EXPECT_EQ(snapshot.stats.sent_packets, 2u);
  EXPECT_EQ(snapshot.stats.sent_bytes, 2u * 172);
  EXPECT_EQ(snapshot.first_received, kStart + milliseconds(20));
  EXPECT_EQ(snapshot.first_sent, kStart + milliseconds(20));
  EXPECT_EQ(snapshot.last_received, kStart + milliseconds(40));
  EXPECT_EQ(snapshot.ssrc, kOurs);
}

TEST(EchoOfASession, DropsAndCountsEachReason) {
  Bytes version = RtpBytes(1);
  version[0] = 0x40;
  struct Case {
    const char* what;
    Bytes bytes;
    SocketAddress source;
    DropReason reason;
  };
  const Case cases[] = {
      {"another host", RtpBytes(1), kStranger, DropReason::kStranger},
      {"another port of the peer's host", RtpBytes(1), Address("10.0.0.5", 25001), DropReason::kStranger},
      {"rubbish of a stranger", {1, 2, 3}, kStranger, DropReason::kStranger},
      {"empty", {}, kPeer, DropReason::kLength},
      {"too short", Bytes(11, 0x80), kPeer, DropReason::kLength},
      {"version 1", version, kPeer, DropReason::kVersion},
      {"another payload type", RtpBytes(1, 0), kPeer, DropReason::kPayloadType},
  };
  for (const Case& each : cases) {
    Echo echo;
    Bytes bytes = each.bytes;
    EXPECT_EQ(echo.session.OnDatagram(kStart, bytes, each.source), each.reason) << each.what;
    EXPECT_EQ(bytes, each.bytes) << each.what;
    EXPECT_EQ(echo.Dropped(each.reason), 1u) << each.what;
    EXPECT_EQ(echo.stats().received_packets, 0u) << each.what;
    EXPECT_EQ(echo.session.Snapshot().first_received, std::nullopt) << each.what;
  }
}

TEST(EchoOfASession, EveryReceivedPacketIsSentOrAccountedFor) {
  Echo echo;
  for (const uint16_t sequence : {1, 2, 2, 5, 4, 40000, 40001, 40001}) {
    if (echo.Get(RtpBytes(sequence)) != DropReason::kNone) continue;
    if (sequence == 5) {
      echo.session.OnSendDone(kStart, 172, false);
    } else {
      echo.session.OnSendDone(kStart, 172, true);
    }
  }
  const RtpStats stats = echo.stats();
  EXPECT_EQ(stats.received_packets, 7u);
  EXPECT_EQ(stats.Dropped(DropReason::kDuplicate), 2u);
  EXPECT_EQ(stats.Dropped(DropReason::kProbation), 1u);
  EXPECT_EQ(stats.Dropped(DropReason::kSendFailed), 1u);
  EXPECT_EQ(stats.reordered_packets, 1u);
  EXPECT_EQ(stats.received_packets, stats.sent_packets + 2 + 1);
}

// Telephone events and comfort noise come with the audio's SSRC and in its sequence: none of it is lost.
TEST(EchoOfASession, OtherPayloadTypesOfTheSourceAreNotLost) {
  Echo echo;
  for (uint16_t sequence = 1; sequence <= 10; ++sequence) echo.GetAndSend(sequence);
  for (uint16_t sequence = 11; sequence <= 23; ++sequence) {
    EXPECT_EQ(echo.Get(RtpBytes(sequence, 101)), DropReason::kPayloadType);
  }
  EXPECT_EQ(echo.Get(RtpBytes(23, 101)), DropReason::kPayloadType) << "its end comes again";
  echo.GetAndSend(24);
  echo.GetAndSend(26);
  EXPECT_EQ(echo.stats().lost_packets, 1);
  EXPECT_EQ(echo.stats().received_packets, 12u);
  EXPECT_EQ(echo.stats().sent_packets, 12u);
  EXPECT_EQ(echo.Dropped(DropReason::kDuplicate), 0u);
  EXPECT_EQ(echo.Dropped(DropReason::kPayloadType), 14u);
}

TEST(EchoOfASession, ComfortNoiseIsNoMissingMedia) {
  Echo echo;
  echo.GetAndSend(1);
  for (uint16_t second = 1; second <= 10; ++second) {
    echo.Get(RtpBytes(static_cast<uint16_t>(1 + second), 13), kPeer, seconds(second));
    EXPECT_FALSE(echo.session.LookForSilence(kStart + seconds(second)));
  }
  EXPECT_TRUE(echo.session.LookForSilence(kStart + seconds(12)));
  EXPECT_EQ(echo.session.Snapshot().diagnosis, Diagnosis::kStoppedArriving);
}

// A telephone event of RFC 4733: payload type 101 here, four octets, from the SSRC of the audio or, where
// Asterisk made it, from another.
TEST(EchoOfASession, AKeyHeldLongerThanTheTimeoutIsNoMissingMedia) {
  for (const uint32_t ssrc : {0x11111111u, 0x22222222u}) {
    Echo echo;
    echo.GetAndSend(1);
    uint16_t sequence = 2;
    for (milliseconds at{50}; at <= seconds(10); at += milliseconds(50)) {
      EXPECT_EQ(echo.Get(RtpBytes(sequence++, 101, ssrc, 4), kPeer, at), DropReason::kPayloadType);
      EXPECT_FALSE(echo.session.LookForSilence(kStart + at));
    }
    EXPECT_EQ(echo.stats().lost_packets, 0);
    EXPECT_FALSE(echo.session.LookForSilence(kStart + seconds(11)));
    EXPECT_TRUE(echo.session.LookForSilence(kStart + seconds(12)));
    EXPECT_EQ(echo.session.Snapshot().diagnosis, Diagnosis::kStoppedArriving);
    EXPECT_TRUE(echo.GetAndSend(sequence, seconds(13)));
  }
}

// Audio of another codec is none of that, whichever number it has.
TEST(EchoOfASession, AudioOfADynamicPayloadTypeIsTheWrongOne) {
  Echo echo;
  echo.GetAndSend(1);
  for (uint16_t i = 1; i <= 100; ++i) {
    echo.Get(RtpBytes(static_cast<uint16_t>(1 + i), 107), kPeer, milliseconds(20 * i));
  }
  EXPECT_TRUE(echo.session.LookForSilence(kStart + seconds(2)));
  EXPECT_EQ(echo.session.Snapshot().diagnosis_text, "payload type 107 arrives, expected 8");
}

// RFC 5761: sender report, receiver report, source description, goodbye, feedback.
TEST(EchoOfASession, RtcpOnThePortOfRtpIsCountedAsSuch) {
  for (const uint8_t type : {200, 201, 202, 203, 205}) {
    Echo echo;
    echo.GetAndSend(1);
    Bytes rtcp = RtpBytes(2);
    rtcp[1] = type;
    EXPECT_EQ(echo.Get(rtcp), DropReason::kRtcp);
    EXPECT_EQ(echo.Get({0x80, type, 0, 1, 0x11, 0x11, 0x11, 0x11}), DropReason::kRtcp) << "shorter than RTP";
    EXPECT_EQ(echo.Dropped(DropReason::kRtcp), 2u);
    EXPECT_TRUE(echo.session.LookForSilence(kStart + seconds(2)));
    EXPECT_EQ(echo.session.Snapshot().diagnosis, Diagnosis::kStoppedArriving);
    EXPECT_EQ(echo.Get(RtpBytes(2)), DropReason::kNone);
  }
}

TEST(EchoOfASession, ANewSsrcOfThePeerIsTakenAtOnce) {
  Echo echo;
  echo.GetAndSend(1);
  EXPECT_EQ(echo.Get(RtpBytes(50000, 8, 0x22222222)), DropReason::kNone);
  EXPECT_EQ(echo.stats().lost_packets, 0);
}

TEST(EchoOfASession, WhatItSentItselfIsALoop) {
  Echo echo;
  echo.GetAndSend(1);
  EXPECT_EQ(echo.Get(RtpBytes(2, 8, kOurs)), DropReason::kLoop);
  EXPECT_EQ(echo.Dropped(DropReason::kLoop), 1u);
}

TEST(EchoOfASession, APeerThatChoseOurSsrcFirstMakesUsTakeAnother) {
  Echo echo;
  Bytes bytes = RtpBytes(1, 8, kOurs);
  EXPECT_EQ(echo.session.OnDatagram(kStart, bytes, kPeer), DropReason::kNone);
  EXPECT_NE(echo.session.Snapshot().ssrc, kOurs);
  rtp::Packet sent;
  ASSERT_EQ(rtp::ParsePacket(bytes, &sent), rtp::ParseResult::kOk);
  EXPECT_EQ(sent.ssrc, echo.session.Snapshot().ssrc);
  EXPECT_EQ(echo.Get(RtpBytes(2, 8, kOurs)), DropReason::kNone);
}

TEST(EchoOfASession, TwoOfThemDoNotEchoForEver) {
  SessionStart other_start = Start();
  other_start.ssrc = 0x33333333;
  Echo one;
  Session other(other_start, nowhere, factory, kStart);
  Bytes bytes = RtpBytes(1);  // somebody forges one packet between them
  int hops = 0;
  while (hops < 100) {
    if (one.session.OnDatagram(kStart, bytes, kPeer) != DropReason::kNone) break;
    ++hops;
    if (other.OnDatagram(kStart, bytes, kPeer) != DropReason::kNone) break;
    ++hops;
  }
  EXPECT_LT(hops, 6);
}

// A burst of them looks like a sequence that began again, each time one packet shorter.
TEST(EchoOfASession, TwoOfThemEndABurstToo) {
  constexpr uint16_t kForged = 10;
  SessionStart other_start = Start();
  other_start.ssrc = 0x33333333;
  Echo one;
  Session other(other_start, nowhere, factory, kStart);
  std::vector<Bytes> going;
  for (uint16_t i = 0; i < kForged; ++i) going.push_back(RtpBytes(i));
  size_t hops = 0;
  for (Session* turn = &one.session; !going.empty() && hops < 10000;
       turn = turn == &one.session ? &other : &one.session) {
    std::erase_if(going,
                  [&](Bytes& bytes) { return turn->OnDatagram(kStart, bytes, kPeer) != DropReason::kNone; });
    hops += going.size();
  }
  EXPECT_LT(hops, size_t{kForged} * kForged);
}

TEST(EchoOfASession, LatchesOnTheFirstValidSourceOnce) {
  Echo echo(PeerPolicy::kLatch);
  EXPECT_EQ(echo.Get({1, 2, 3}, kStranger), DropReason::kVersion);
  EXPECT_EQ(echo.Get(RtpBytes(1, 0), kStranger), DropReason::kPayloadType);
  EXPECT_FALSE(echo.session.Snapshot().latched);
  EXPECT_EQ(echo.Get(RtpBytes(1), kStranger), DropReason::kNone);
  EXPECT_TRUE(echo.session.Snapshot().latched);
  EXPECT_EQ(echo.session.peer(), kStranger);
  EXPECT_EQ(echo.Get(RtpBytes(2), kPeer), DropReason::kStranger);
  EXPECT_EQ(echo.Get(RtpBytes(2), kStranger), DropReason::kNone);
}

TEST(EchoOfASession, JitterInMilliseconds) {
  Echo echo;
  for (uint16_t i = 0; i < 500; ++i) echo.GetAndSend(i, milliseconds(20 * i));
  EXPECT_EQ(echo.stats().jitter_ms, 0);
  for (uint16_t i = 500; i < 1000; ++i) echo.GetAndSend(i, milliseconds(20 * i + (i % 2) * 8));
  EXPECT_NEAR(echo.stats().jitter_ms, 8, 0.2);
}

// Sequence and timestamps begin anew under the same SSRC, as after hold behind some session border
// controllers.
TEST(EchoOfASession, JitterBeginsAnewWithTheSequence) {
  for (const uint16_t restart : {40000, 5}) {  // far away, and a little back
    Echo echo;
    uint16_t sequence = 1;
    for (; sequence <= 10; ++sequence) echo.GetAndSend(sequence, milliseconds(20 * sequence));
    for (uint16_t i = 0; i < 5; ++i, ++sequence) {
      Bytes bytes = RtpBytes(static_cast<uint16_t>(restart + i));
      bytes[4] ^= 0x40;  // the timestamp: 2^30 further
      echo.Get(bytes, kPeer, milliseconds(20 * sequence));
    }
    EXPECT_LT(echo.stats().jitter_ms, 1) << restart;
  }
}

TEST(EchoOfASession, JitterStaysRightAfterWeeks) {
  Echo echo;
  const milliseconds weeks = std::chrono::hours(24 * 60);
  echo.GetAndSend(1, weeks);
  for (uint16_t i = 2; i < 50; ++i) echo.GetAndSend(i, weeks + milliseconds(20 * (i - 1)));
  EXPECT_EQ(echo.stats().jitter_ms, 0);
}

struct SilenceCase {
  const char* what;
  bool flowed;
  std::vector<std::pair<Bytes, SocketAddress>> instead;
  Diagnosis diagnosis;
  const char* text;
};

TEST(EchoOfASession, SaysWhyItIsSilent) {
  const std::pair<Bytes, SocketAddress> stranger = {RtpBytes(1), kStranger};
  const std::pair<Bytes, SocketAddress> wrong_type = {RtpBytes(1, 0), kPeer};
  const std::pair<Bytes, SocketAddress> rubbish = {{1, 2, 3}, kPeer};
  const SilenceCase cases[] = {
      {"nothing",
       false,
       {},
       Diagnosis::kNothingArrived,
       "no datagram since the session began; Asterisk was told to send to 127.0.0.1:26500"},
      {"a stranger",
       false,
       {stranger},
       Diagnosis::kStranger,
       "packets come from 10.0.0.9:4000, expected 10.0.0.5:25000"},
      {"wrong type", false, {wrong_type}, Diagnosis::kWrongPayloadType, "payload type 0 arrives, expected 8"},
      {"rubbish", false, {rubbish}, Diagnosis::kNotRtp, "datagrams from 10.0.0.5:25000 are not RTP"},
      {"the peer tells more than a stranger",
       false,
       {wrong_type, stranger},
       Diagnosis::kWrongPayloadType,
       "payload type 0 arrives, expected 8"},
      {"flowed",
       true,
       {},
       Diagnosis::kStoppedArriving,
       "packets from 10.0.0.5:25000 stopped arriving at 127.0.0.1:26500"},
      {"flowed, then changed type",
       true,
       {wrong_type},
       Diagnosis::kWrongPayloadType,
       "payload type 0 arrives, expected 8"},
  };
  for (const SilenceCase& each : cases) {
    Echo echo;
    if (each.flowed) echo.GetAndSend(1);
    for (const auto& [bytes, source] : each.instead) echo.Get(bytes, source);
    EXPECT_FALSE(echo.session.LookForSilence(kStart + milliseconds(1999))) << each.what;
    EXPECT_TRUE(echo.session.LookForSilence(kStart + milliseconds(2000))) << each.what;
    EXPECT_FALSE(echo.session.LookForSilence(kStart + milliseconds(5000))) << each.what << ": said twice";
    EXPECT_EQ(echo.session.Snapshot().diagnosis, each.diagnosis) << each.what;
    EXPECT_EQ(echo.session.Snapshot().diagnosis_text, each.text) << each.what;
  }
}

TEST(EchoOfASession, TheDiagnosisGetsMoreExactAndEndsWithTheSilence) {
  Echo echo;
  EXPECT_TRUE(echo.GetAndSend(1));
  EXPECT_TRUE(echo.session.LookForSilence(kStart + milliseconds(2000)));
  echo.Get(RtpBytes(1), kStranger);
  EXPECT_TRUE(echo.session.LookForSilence(kStart + milliseconds(2100)));
  EXPECT_EQ(echo.session.Snapshot().diagnosis, Diagnosis::kStranger);
  EXPECT_TRUE(echo.GetAndSend(2, milliseconds(2200))) << "flows again";
  EXPECT_EQ(echo.session.Snapshot().diagnosis, Diagnosis::kNone);
  EXPECT_EQ(echo.session.Snapshot().diagnosis_text, "");
  EXPECT_FALSE(echo.GetAndSend(3, milliseconds(2220)));
  EXPECT_FALSE(echo.session.LookForSilence(kStart + milliseconds(4219)));
  EXPECT_TRUE(echo.session.LookForSilence(kStart + milliseconds(4220)));
}

TEST(EchoOfASession, WithoutATimeoutSilenceIsFine) {
  SessionStart start = Start();
  start.config.no_media_timeout = milliseconds(0);
  Session session(start, nowhere, factory, kStart);
  EXPECT_FALSE(session.LookForSilence(kStart + std::chrono::hours(24)));
}

TEST(EchoOfASession, ATruncatedDatagramIsTooLong) {
  Echo echo;
  echo.session.OnTruncated(kPeer);
  echo.session.OnTruncated(kStranger);
  EXPECT_EQ(echo.Dropped(DropReason::kLength), 1u);
  EXPECT_EQ(echo.Dropped(DropReason::kStranger), 1u);
}

TEST(EchoOfASession, JitterIsToldOfTheTimeInWhichPacketsCame) {
  Echo echo;
  EXPECT_EQ(echo.session.JitterMs(kStart), std::nullopt);
  echo.Get(RtpBytes(1), kPeer, milliseconds(0));
  echo.Get(RtpBytes(2), kPeer, milliseconds(500));
  ASSERT_TRUE(echo.session.JitterMs(kStart + milliseconds(500)).has_value());
  EXPECT_EQ(echo.session.JitterMs(kStart), echo.stats().jitter_ms);
  EXPECT_GT(echo.stats().jitter_ms, 0);
  EXPECT_EQ(echo.session.JitterMs(kStart + milliseconds(501)), std::nullopt);
}

}  // namespace
}  // namespace benari::media
