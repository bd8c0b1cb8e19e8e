// What 20 ms of a bot's audio cost, without sockets and without the bot.
#include <benchmark/benchmark.h>

#include <vector>

#include "media/processor/bot/playout.h"
#include "media/processor/bot/uplink.h"
#include "media/processor/bot/voice_activity.h"
#include "media/processor/g711.h"
#include "media/rtp/sender.h"

namespace benari::media {
namespace {

constexpr Clock::Time kStart{std::chrono::hours(1)};

// A frame of a bot that is always ahead, to the bytes that are sent.
void BotPlayoutFrame(benchmark::State& state) {
  class Nowhere : public rtp::Outlet {
   public:
    void SendToPeer(std::span<const uint8_t> datagram) override { benchmark::DoNotOptimize(datagram.data()); }
  };
  Nowhere nowhere;
  rtp::Sender sender(kPayloadTypePcmu, 1, nowhere);
  AudioBudget budget(1u << 20);
  AudioQueue queue(1u << 20, budget);
  const std::vector<uint8_t> second(8000, 0x55);
  Playout playout(queue, std::chrono::milliseconds(40), kStart);
  for (auto _ : state) {
    if (queue.queued() < kFrameBytes) queue.Append(second);
    const Playout::Output out = playout.OnTick(playout.NextTick());
    sender.Send(out.audio, kFrameBytes);
  }
}
BENCHMARK(BotPlayoutFrame);

// A packet that comes in order, and the tick beside it.
void BotUplinkFrame(benchmark::State& state, LegCodec codec, size_t bytes) {
  Uplink uplink(codec, kStart);
  std::vector<uint8_t> datagram(12 + bytes, 0x55);
  rtp::Packet packet;
  packet.payload_offset = 12;
  packet.payload_bytes = bytes;
  Clock::Time now = kStart;
  const auto emit = [](const Frame& frame) { benchmark::DoNotOptimize(frame.data()); };
  for (auto _ : state) {
    now += FrameClock::kFrame;
    uplink.OnPacket(now, packet, datagram, emit);
    uplink.OnTick(now, emit);
    ++packet.sequence;
    packet.timestamp += kFrameBytes;
  }
  if (uplink.filled() + uplink.dropped() > 0) state.SkipWithError("frames are missing");
}
BENCHMARK_CAPTURE(BotUplinkFrame, ulaw, LegCodec::kUlaw, kFrameBytes);
BENCHMARK_CAPTURE(BotUplinkFrame, alaw, LegCodec::kAlaw, kFrameBytes);
BENCHMARK_CAPTURE(BotUplinkFrame, slin, LegCodec::kSlin, 2 * kFrameBytes);

// The first frame of a gap, which looks for the pitch.
void BotConcealment(benchmark::State& state) {
  Concealment concealment;
  std::vector<uint8_t> audio(2 * kFrameBytes);
  for (size_t i = 0; i < audio.size(); ++i) audio[i] = ToUlaw(static_cast<int16_t>(i % 73 * 100));
  Frame frame;
  for (auto _ : state) {
    concealment.OnAudio(audio);
    concealment.Fill(frame);
    benchmark::DoNotOptimize(frame.data());
  }
}
BENCHMARK(BotConcealment);

void BotVoiceActivityFrame(benchmark::State& state) {
  VoiceActivity voice;
  Frame frame;
  frame.fill(0x55);
  Clock::Time now = kStart;
  for (auto _ : state) {
    voice.OnFrame(now, frame);
    now += FrameClock::kFrame;
  }
  benchmark::DoNotOptimize(voice.speaking());
}
BENCHMARK(BotVoiceActivityFrame);

}  // namespace
}  // namespace benari::media
