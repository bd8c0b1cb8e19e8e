#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/enum_table.h"

// What runs on a session, as the arms of `oneof processor` in media.proto, and what it reports. Pure.
namespace benari::control {

// Sends each packet back.
struct Echo {
  bool operator==(const Echo&) const = default;
};

// A cadence, played until the session is stopped.
struct Tone {
  struct Segment {
    std::vector<uint32_t> frequencies_hz;  // none: silence
    std::chrono::milliseconds duration{0};

    bool operator==(const Segment&) const = default;
  };
  std::vector<Segment> segments;

  bool operator==(const Tone&) const = default;
};

// Joins the caller with a bot behind a WebSocket, which media dials.
struct Bot {
  std::string url;
  std::string call_sid;  // names the call to the bot
  std::map<std::string, std::string> parameters;
  std::string credential;                      // name of a file of the node; empty: none
  std::chrono::milliseconds drain{10000};      // what is queued is played for so long once the bot has closed
  std::chrono::milliseconds reconnect{10000};  // a bot that cannot be reached is dialled again for so long
  std::chrono::milliseconds idle_timeout{0};   // 0: none
  std::optional<Tone> waiting;                 // played while the bot cannot be heard; absent: silence

  bool operator==(const Bot&) const = default;
};

using Processor = std::variant<Echo, Bot, Tone>;

enum class BotPhase { kConnecting, kReady, kReconnecting, kDraining, kFinished };

inline constexpr EnumRow<BotPhase> kBotPhaseWords[] = {{BotPhase::kConnecting, "connecting"},
                                                       {BotPhase::kReady, "ready"},
                                                       {BotPhase::kReconnecting, "reconnecting"},
                                                       {BotPhase::kDraining, "draining"},
                                                       {BotPhase::kFinished, "finished"}};
static_assert(IsWhole(kBotPhaseWords));
constexpr const char* ToString(BotPhase phase) { return Translate(kBotPhaseWords, phase); }

// Why a bot is finished.
enum class BotEnd { kNone, kClosed, kUnreachable, kLost, kIdle, kRefused, kStopped };

inline constexpr EnumRow<BotEnd> kBotEndWords[] = {
    {BotEnd::kNone, ""},          {BotEnd::kClosed, "closed"}, {BotEnd::kUnreachable, "unreachable"},
    {BotEnd::kLost, "lost"},      {BotEnd::kIdle, "idle"},     {BotEnd::kRefused, "refused"},
    {BotEnd::kStopped, "stopped"}};
static_assert(IsWhole(kBotEndWords));
constexpr const char* ToString(BotEnd end) { return Translate(kBotEndWords, end); }

// The state of a bot, as BotState of media.proto.
struct BotInfo {
  BotPhase phase = BotPhase::kConnecting;
  BotEnd end = BotEnd::kNone;
  std::string url;  // of the bot, without the values of its query
  std::string stream_sid;
  std::string last_error;  // one line; empty: there was none
  uint32_t connections = 0;
  std::chrono::milliseconds queued{0};
  std::optional<std::chrono::milliseconds> first_audio;  // since the session began
  uint32_t marks_pending = 0;
  uint32_t clears = 0;
  uint32_t underruns = 0;
  uint32_t turns = 0;  // times that it began to speak after the peer had ended
  std::optional<std::chrono::milliseconds> last_response;  // from that end to its begin
  std::optional<std::chrono::milliseconds> mean_response;
  uint32_t interruptions = 0;  // clears that threw audio away
  bool bot_speaking = false;
  bool peer_speaking = false;
};

// A key that the caller pressed.
struct Digit {
  std::string digit;  // one of 0-9 * # A-D
  std::chrono::milliseconds duration{0};
};

}  // namespace benari::control
