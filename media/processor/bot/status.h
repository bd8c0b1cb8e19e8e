#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

// What a bot is at, as `BotState` of media.proto shows it. Pure.
namespace benari::media {

enum class BotPhase { kConnecting, kReady, kReconnecting, kDraining, kFinished };
enum class BotEnd { kNone, kClosed, kUnreachable, kLost, kIdle, kRefused, kStopped };

const char* BotPhaseName(BotPhase phase);
const char* BotEndName(BotEnd end);

// What the link knows, of all its connections.
struct BotLinkReport {
  std::string stream_sid;
  std::string last_error;  // one line, without secrets; empty: there was none
  uint32_t connections = 0;
  uint32_t connect_failures = 0;
  uint64_t messages = 0;
  uint64_t messages_ignored = 0;
  uint64_t uplink_dropped = 0;  // frames that the bot did not take in time
};

struct BotStatus {
  using Milliseconds = std::chrono::milliseconds;

  BotPhase phase = BotPhase::kConnecting;
  BotEnd end = BotEnd::kNone;
  BotLinkReport link;
  Milliseconds queued{0};
  uint32_t marks_pending = 0;
  Milliseconds start_buffer{0};
  std::optional<Milliseconds> first_audio;  // since the session began
  Milliseconds refused_audio{0};
  Milliseconds played{0};
  Milliseconds cleared{0};
  uint32_t clears = 0;
  uint32_t underruns = 0;
  uint64_t uplink_frames = 0;
  uint64_t uplink_filled = 0;
  uint64_t uplink_dropped = 0;  // those of the link not included
  Milliseconds idle{0};
  bool bot_speaking = false;
  bool peer_speaking = false;
};

}  // namespace benari::media
