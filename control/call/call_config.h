#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "control/call/audio_format.h"
#include "control/call/bot_settings.h"
#include "control/call/webhook_settings.h"

namespace benari::control {

enum class FlowKind { kEcho, kBot, kWebhook };
enum class OnNoMedia { kContinue, kHangUp };
enum class OnMediaLost { kTransfer, kHangUp };
enum class WhenFull { kCongestion, kContinue };
enum class Ringback { kRinging, kMusic, kNone };
enum class Transfer { kBlind, kAttended };

// The settings of a call: those of the flags, with the arguments of Stasis() applied.
struct CallConfig {
  FlowKind flow = FlowKind::kEcho;
  std::optional<AudioFormat> format;  // nullopt: see FormatOf
  std::optional<std::chrono::milliseconds> echo_time =
      std::chrono::seconds(7);  // nullopt: no limit; 0: no echo
  BotSettings bot;
  WebhookSettings webhook;
  std::string destination = "Local/4438007@default/n";
  std::string caller_id;
  std::chrono::seconds dial_timeout{30};
  Ringback ringback = Ringback::kRinging;  // what the caller hears until the destination answers
  // Of a caller that a redirect takes from its bot to a destination: the bot leaves at once, or once that has
  // answered.
  Transfer transfer = Transfer::kBlind;
  OnNoMedia on_no_media = OnNoMedia::kContinue;
  OnMediaLost on_media_lost = OnMediaLost::kTransfer;
  WhenFull when_full = WhenFull::kCongestion;
  std::chrono::milliseconds join_timeout{5000};  // from addChannel's 204 to ChannelEnteredBridge
};

// Returns the format between Asterisk and media; for a bot ulaw unless another supported one is set. Pure.
AudioFormat FormatOf(const CallConfig& config);

}  // namespace benari::control
