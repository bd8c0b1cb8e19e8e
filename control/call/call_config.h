#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "control/call/audio_format.h"
#include "control/call/bot_settings.h"

namespace benari::control {

enum class FlowKind { kEcho, kBot };
enum class OnNoMedia { kContinue, kHangUp };
enum class OnMediaLost { kTransfer, kHangUp };
enum class WhenFull { kCongestion, kContinue };
enum class Ringback { kRinging, kMusic, kNone };

// What a call does, the same for all calls of a process.
struct CallConfig {
  FlowKind flow = FlowKind::kEcho;
  std::optional<AudioFormat> format;  // nullopt: as the flow needs
  std::optional<std::chrono::milliseconds> echo_time =
      std::chrono::milliseconds(7000);  // nullopt: for ever; 0: none
  BotSettings bot;
  std::string destination = "Local/4438007@default/n";
  std::string caller_id;
  std::chrono::seconds dial_timeout{30};
  Ringback ringback = Ringback::kRinging;  // what the caller hears until the destination answers
  OnNoMedia on_no_media = OnNoMedia::kContinue;
  OnMediaLost on_media_lost = OnMediaLost::kTransfer;
  WhenFull when_full = WhenFull::kCongestion;
  std::chrono::milliseconds join_timeout{5000};  // from addChannel's 204 to ChannelEnteredBridge
};

// Between Asterisk and media. A bot's is ulaw unless the settings name one that media has for bots.
AudioFormat FormatOf(const CallConfig& config);

}  // namespace benari::control
