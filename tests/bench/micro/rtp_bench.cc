// A packet's way through media, without the sockets.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <span>
#include <vector>

#include "media/processor/factory.h"
#include "media/processor/session.h"
#include "media/rtp/jitter.h"
#include "media/rtp/packet.h"
#include "media/rtp/sequence.h"
#include "tests/media/no_bots.h"
#include "tests/media/rtp_bytes.h"

namespace benari::media {
namespace {

using std::chrono::milliseconds;

constexpr Clock::Time kStart{std::chrono::hours(1)};
constexpr milliseconds kFrame{20};
constexpr uint32_t kFrameSamples = 160;
constexpr uint32_t kCallersSsrc = 0x11111111;
constexpr uint32_t kOurSsrc = 0xabcdef01;

SocketAddress Address(const char* host, uint16_t port) {
  return ParseSocketAddress(Endpoint(host, port)).value();
}

SessionStart Start() {
  SessionStart start;
  start.config.peer = Address("10.0.0.5", 25000);
  start.config.payload_type = 8;
  start.config.no_media_timeout = milliseconds(2000);
  start.ssrc = kOurSsrc;
  start.advertised_rtp = "127.0.0.1:26500";
  return start;
}

// The next packet of the caller, in the place of the last one: that went back under our SSRC.
void NumberAnew(uint16_t sequence, std::span<uint8_t> datagram) {
  datagram[2] = static_cast<uint8_t>(sequence >> 8);
  datagram[3] = static_cast<uint8_t>(sequence);
  rtp::SetSsrc(kCallersSsrc, datagram);
}

class Nowhere : public rtp::Outlet {
 public:
  void SendToPeer(std::span<const uint8_t>) override {}
};

void Expect(DropReason expected, DropReason reason, benchmark::State& state) {
  if (reason != expected) state.SkipWithError(DropReasonName(reason));
}

void ParsePacket(benchmark::State& state) {
  const std::vector<uint8_t> datagram = RtpBytes(1);
  rtp::Packet packet;
  for (auto _ : state) {
    benchmark::DoNotOptimize(rtp::ParsePacket(datagram, &packet));
    benchmark::DoNotOptimize(packet);
  }
}
BENCHMARK(ParsePacket);

void SequenceTracker(benchmark::State& state) {
  rtp::SequenceTracker tracker;
  uint16_t sequence = 0;
  for (auto _ : state) benchmark::DoNotOptimize(tracker.OnPacket(sequence++));
}
BENCHMARK(SequenceTracker);

void JitterEstimator(benchmark::State& state) {
  rtp::JitterEstimator jitter;
  uint32_t arrival = 0;
  uint32_t timestamp = 0;
  for (auto _ : state) {
    arrival += kFrameSamples + arrival % 3;
    jitter.OnPacket(arrival, timestamp += kFrameSamples);
    benchmark::DoNotOptimize(jitter);
  }
}
BENCHMARK(JitterEstimator);

void EchoAccepted(benchmark::State& state) {
  const SessionStart start = Start();
  Nowhere nowhere;
  NoBots no_bots;
  ProcessorFactory factory(no_bots);
  Session session(start, nowhere, factory, kStart);
  std::vector<uint8_t> datagram = RtpBytes(0);
  Clock::Time now = kStart;
  uint16_t sequence = 0;
  DropReason reason = DropReason::kNone;
  for (auto _ : state) {
    NumberAnew(sequence++, datagram);
    reason = session.OnDatagram(now += kFrame, datagram, start.config.peer);
    benchmark::DoNotOptimize(session.TakeReflected());
    benchmark::DoNotOptimize(session.TakeFlowBegan());
    session.OnSendDone(now, datagram.size(), true);
  }
  Expect(DropReason::kNone, reason, state);
}
BENCHMARK(EchoAccepted);

void EchoDuplicate(benchmark::State& state) {
  const SessionStart start = Start();
  Nowhere nowhere;
  NoBots no_bots;
  ProcessorFactory factory(no_bots);
  Session session(start, nowhere, factory, kStart);
  std::vector<uint8_t> first = RtpBytes(1);
  session.OnDatagram(kStart, first, start.config.peer);
  std::vector<uint8_t> again = RtpBytes(1);
  DropReason reason = DropReason::kDuplicate;
  for (auto _ : state)
    benchmark::DoNotOptimize(reason = session.OnDatagram(kStart, again, start.config.peer));
  Expect(DropReason::kDuplicate, reason, state);
}
BENCHMARK(EchoDuplicate);

void EchoStranger(benchmark::State& state) {
  Nowhere nowhere;
  NoBots no_bots;
  ProcessorFactory factory(no_bots);
  Session session(Start(), nowhere, factory, kStart);
  const SocketAddress stranger = Address("10.0.0.9", 4000);
  std::vector<uint8_t> datagram = RtpBytes(1);
  DropReason reason = DropReason::kStranger;
  for (auto _ : state) benchmark::DoNotOptimize(reason = session.OnDatagram(kStart, datagram, stranger));
  Expect(DropReason::kStranger, reason, state);
}
BENCHMARK(EchoStranger);

}  // namespace
}  // namespace benari::media
