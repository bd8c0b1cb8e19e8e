#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "media/processor/bot/bot.h"
#include "media/processor/g711.h"
#include "tests/media/fake_bot_dialer.h"
#include "tests/media/rtp_bytes.h"

namespace benari::media {

inline constexpr Clock::Time kStart{std::chrono::hours(1)};
inline constexpr std::chrono::milliseconds kFrame{20};
inline constexpr std::chrono::milliseconds kStartBuffer{40};

// `ms` of audio in mu-law: a square wave that is loud, other than any other with another `seed`.
inline std::vector<uint8_t> Loud(int ms, uint8_t seed = 0) {
  std::vector<uint8_t> audio(static_cast<size_t>(ms) * 8);
  for (size_t i = 0; i < audio.size(); ++i)
    audio[i] = static_cast<uint8_t>((i / 8 % 2 == 0 ? 0x10 : 0x90) + seed);
  return audio;
}

inline BotConfig Config() {
  BotConfig config;
  config.url = "ws://10.0.0.7:8765/ws";
  config.call_sid = "CA1";
  return config;
}

inline ToneConfig Ringing() {
  ToneConfig tone;
  tone.segments = {{{425}, std::chrono::milliseconds(100)}, {{}, std::chrono::milliseconds(100)}};
  return tone;
}

// A bot on a leg, its link, which the test plays, and a clock that is turned by hand.
class OneBot : public rtp::Outlet {
 public:
  using Bytes = std::vector<uint8_t>;
  using milliseconds = std::chrono::milliseconds;

  explicit OneBot(const BotConfig& config = Config(), uint8_t payload_type = 0)
      : payload_type_(payload_type),
        sender_(payload_type, 0xabcdef01, *this),
        bot_(std::make_unique<Bot>(config, payload_type, bots, kStartBuffer, totals, kStart)) {}

  void SendToPeer(std::span<const uint8_t> datagram) override {
    rtp::Packet packet;
    ASSERT_EQ(rtp::ParsePacket(datagram, &packet), rtp::ParseResult::kOk);
    packets.push_back(packet);
    const auto payload = datagram.subspan(packet.payload_offset);
    sent.emplace_back(payload.begin(), payload.end());
  }

  // Ticks when they are due, for so long.
  void Run(milliseconds duration) {
    now += duration;
    while (bot_->NextTick() && *bot_->NextTick() < now) bot_->OnTick(*bot_->NextTick(), sender_);
  }
  void TickAt(Clock::Time time) { bot_->OnTick(now = time, sender_); }

  // A packet of the peer, of 20 ms.
  void Hear(const Bytes& payload) {
    Bytes datagram = RtpBytes(++sequence_, payload_type_, 0x11111111, payload.size());
    std::copy(payload.begin(), payload.end(), datagram.begin() + rtp::kFixedHeaderBytes);
    rtp::Packet packet;
    ASSERT_EQ(rtp::ParsePacket(datagram, &packet), rtp::ParseResult::kOk);
    bot_->OnPacket(now, packet, datagram, sender_);
  }
  // The peer sends a packet each 20 ms for so long.
  void RunWithPeer(milliseconds duration, const Bytes& payload) {
    for (milliseconds done{0}; done < duration; done += kFrame) {
      Hear(payload);
      Run(kFrame);
    }
  }

  // What the peer got since the last call, in one piece.
  Bytes TakeSent() {
    Bytes all;
    for (const Bytes& payload : std::exchange(sent, {}))
      all.insert(all.end(), payload.begin(), payload.end());
    return all;
  }
  // The same without leading and trailing silence.
  Bytes TakeAudio() {
    Bytes all = TakeSent();
    const auto loud = [](uint8_t code) { return code != kUlawSilence; };
    all.erase(all.begin(), std::find_if(all.begin(), all.end(), loud));
    all.erase(std::find_if(all.rbegin(), all.rend(), loud).base(), all.end());
    return all;
  }

  // The first packet of the peer, of 20 ms of silence.
  void HearFirst() {
    if (payload_type_ == 10) return Hear(Bytes(320, 0));
    Hear(Bytes(160, payload_type_ == 8 ? kUlawToAlaw[kUlawSilence] : kUlawSilence));
  }
  // The peer sends, and the bot is reached.
  void BecomeReady() {
    HearFirst();
    BeReached();
  }
  void BeReached() {
    stream().SetPhase(LinkPhase::kReady);
    Run(kFrame);
  }
  BotStream& stream() { return *bots.streams.at(0); }
  Bot& bot() { return *bot_; }
  BotStatus status() const { return bot_->bot_status().value(); }
  uint64_t InPhase(BotPhase phase) const { return totals.phases[static_cast<size_t>(phase)]; }
  uint64_t Ended(BotEnd end) const { return totals.ends[static_cast<size_t>(end)]; }

  FakeBotDialer bots;
  BotTotals totals;
  std::vector<rtp::Packet> packets;
  std::vector<Bytes> sent;
  Clock::Time now = kStart;

 private:
  const uint8_t payload_type_;
  uint16_t sequence_ = 0;
  rtp::Sender sender_;
  std::unique_ptr<Bot> bot_;
};

inline uint64_t Observed(const auto& histogram) {
  uint64_t count = 0;
  for (const uint64_t bucket : histogram.counts()) count += bucket;
  return count;
}

}  // namespace benari::media
