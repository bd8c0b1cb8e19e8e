#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

// The state of a bot, as `BotState` of media.proto shows it. Pure.
namespace benari::media {

enum class BotPhase { kConnecting, kReady, kReconnecting, kDraining, kFinished };
inline constexpr size_t kBotPhases = 5;
enum class BotEnd { kNone, kClosed, kUnreachable, kLost, kIdle, kRefused, kStopped };
inline constexpr size_t kBotEnds = 7;

// Why an attempt to open a WebSocket to a bot failed.
enum class BotDialFailure {
  kNameNotResolved,
  kRefused,  // nobody listens
  kNetwork,
  kCertificate,  // is not accepted
  kTls,
  kTimeout,
  kHttpStatus,
  kNotHttp,
  kNotWebSocket,
  kClosed  // by the server, before its response was complete
};
inline constexpr size_t kBotDialFailures = 10;

const char* BotPhaseName(BotPhase phase);
const char* BotEndName(BotEnd end);
const char* BotDialFailureName(BotDialFailure failure);

// The report of a link about all its connections.
struct BotLinkReport {
  std::string stream_sid;
  std::string last_error;  // one line, without secrets; empty: there was none
  uint32_t connections = 0;
  std::array<uint32_t, kBotDialFailures> connect_failures{};  // by BotDialFailure
  uint64_t messages = 0;
  uint64_t messages_ignored = 0;
  uint64_t uplink_dropped = 0;  // frames that the bot did not receive in time

  uint32_t AllConnectFailures() const;
};

// Counters of one bot or of many.
struct BotCounts {
  // Of audio, in mu-law: 8 are 1 ms.
  uint64_t refused_bytes = 0;  // beyond what may be queued
  uint64_t played_bytes = 0;
  uint64_t cleared_bytes = 0;
  uint64_t clears = 0;
  uint64_t underruns = 0;
  uint64_t uplink_frames = 0;   // of 20 ms, handed to the link
  uint64_t uplink_filled = 0;   // of these: made by the node, since nothing had arrived
  uint64_t uplink_dropped = 0;  // that the link or the bot did not take in time
  uint64_t connections = 0;
  std::array<uint64_t, kBotDialFailures> connect_failures{};  // by BotDialFailure

  BotCounts& operator+=(const BotCounts& other);
  BotCounts operator-(const BotCounts& earlier) const;
};

struct BotStatus {
  using Milliseconds = std::chrono::milliseconds;

  BotPhase phase = BotPhase::kConnecting;
  BotEnd end = BotEnd::kNone;
  BotLinkReport link;
  BotCounts counts;
  Milliseconds queued{0};
  uint32_t marks_pending = 0;
  Milliseconds start_buffer{0};
  std::optional<Milliseconds> first_audio;  // since the session began
  // Times that the bot began to speak after the peer had ended; from that end to the bot's begin.
  uint32_t turns = 0;
  std::optional<Milliseconds> last_response;
  std::optional<Milliseconds> mean_response;
  uint32_t interruptions = 0;  // clears that threw audio away
  Milliseconds idle{0};
  bool bot_speaking = false;
  bool peer_speaking = false;
};

}  // namespace benari::media
