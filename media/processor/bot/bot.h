#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "media/processor/bot/config.h"
#include "media/processor/bot/leg_codec.h"
#include "media/processor/bot/playout.h"
#include "media/processor/bot/status.h"
#include "media/processor/bot/stream.h"
#include "media/processor/bot/totals.h"
#include "media/processor/bot/uplink.h"
#include "media/processor/bot/voice_activity.h"
#include "media/processor/cadence.h"
#include "media/processor/processor.h"

namespace benari::media {

// Joins the peer with a bot: the peer's audio goes to the bot's stream as soon as it arrives, the bot's audio
// to the peer each 20 ms. While the bot cannot be heard, the peer hears a tone or silence. The stream's link
// dials the bot, and again when it is lost; it never ends the session. Owned by one worker.
//
// The first words of a bot wait for the peer's first packet, for at most kGreetingHold after the bot is
// ready: before it, the caller may not be joined with the peer yet, and would miss them.
class Bot : public Processor {
 public:
  static constexpr std::chrono::milliseconds kGreetingHold{1000};

  // Begins to dial. `payload_type` is one of LegCodecOf; `totals` must outlive the bot.
  Bot(const BotConfig& config, uint8_t payload_type, BotDialer& dialer,
      std::chrono::milliseconds start_buffer, BotTotals& totals, Clock::Time now);

  void OnPacket(Clock::Time now, const rtp::Packet& packet, std::span<uint8_t> datagram,
                rtp::Sender& out) override;
  std::optional<Clock::Time> NextTick() const override;
  void OnTick(Clock::Time now, rtp::Sender& out) override;
  void Stop() override;
  absl::Status OnCommand(const BotCommand& command) override;
  ProcessorState state() const override;
  std::optional<BotStatus> bot_status() const override;

 private:
  absl::Status Take(const Digits& digits);
  absl::Status Take(const CloseBot& close);
  void OnUplinkFrame(Clock::Time now, const Frame& frame);
  void Play(const Playout::Output& output, bool waits, rtp::Sender& out);
  void OnHeard(Clock::Time now, const Playout::Output& output);
  void Follow(Clock::Time now, LinkPhase link);
  void Enter(Clock::Time now, BotPhase phase);
  void Finish(Clock::Time now, BotEnd end);
  // As the link is now, and not as the last tick saw it: what is said right after `start` is heard.
  bool HearsPeer() const { return !left_ && stream_->phase() == LinkPhase::kReady; }
  bool MayBeginToPlay(Clock::Time now) const;
  Clock::Time IdleSince() const;
  BotCounts Counts(const BotLinkReport& link) const;
  void AddToTotals();

  const std::chrono::milliseconds drain_;
  const std::chrono::milliseconds idle_timeout_;
  const std::optional<ToneConfig> waiting_;
  const LegCodec codec_;
  const Clock::Time began_;
  BotTotals& totals_;
  const std::shared_ptr<BotStream> stream_;
  Playout playout_;
  Uplink uplink_;
  VoiceActivity peer_voice_;
  VoiceActivity bot_voice_;
  std::optional<Cadence> tone_;  // while the bot cannot be heard
  BotPhase phase_ = BotPhase::kConnecting;
  bool left_ = false;  // by CloseBot
  BotEnd end_ = BotEnd::kNone;
  Clock::Time phase_since_;
  Clock::Time last_tick_;
  std::optional<Clock::Time> reached_;   // the bot, or its end, for the first time
  uint32_t losses_ = 0;                  // of the link that the phase has shown
  std::optional<Clock::Time> answered_;  // end of the peer's speech that the bot has answered
  uint32_t turns_ = 0;
  Clock::Duration last_response_{0};
  Clock::Duration responses_{0};  // sum of all turns
  uint32_t interruptions_ = 0;
  uint64_t uplink_frames_ = 0;
  uint64_t uplink_filled_ = 0;
  uint64_t uplink_dropped_ = 0;  // the stream did not take them
  BotLinkReport link_;           // when the phase began
  BotCounts counted_;            // in totals_
};

}  // namespace benari::media
