#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "control/nodes/processor.h"

// Which bot a caller talks to, and what comes then. Pure.
namespace benari::control {

enum class AfterBot { kHangUp, kTransfer, kContinue };
enum class BotAnswer { kAtOnce, kWhenReady };

struct BotSettings {
  std::string url;           // may name what is of the call: see MakeBot; empty: there is none
  std::string fallback_url;  // likewise; empty: none
  std::map<std::string, std::string> parameters;
  std::string credential;
  AfterBot on_close = AfterBot::kHangUp;
  AfterBot on_failure = AfterBot::kTransfer;
  std::optional<std::chrono::milliseconds> max_time = std::chrono::hours(4);  // nullopt: for ever
  std::chrono::milliseconds idle_timeout{0};                                  // 0: none
  std::chrono::milliseconds reconnect{10000};
  std::chrono::milliseconds drain{10000};
  BotAnswer answer = BotAnswer::kAtOnce;
  std::optional<Tone> waiting;  // nullopt: silence

  BotSettings();
};

// What the caller of a call is, for its bot.
struct CallIdentity {
  std::string call_id;
  std::string call_sid;
  std::string caller;  // number; empty: withheld, or not known
  std::string called;  // extension of the dial plan
};

// `name` begins with "bot_". INVALID_ARGUMENT says what is accepted, and leaves `settings` as they are.
// NOT_FOUND: there is no such setting.
absl::Status SetBotSetting(BotSettings& settings, absl::string_view name, absl::string_view value);

// In `url`, of the settings, {call_id}, {call_sid}, {caller} and {called} are replaced by what they are,
// percent-encoded; in the values of parameters as they are. from_number and to_number are always among those.
Bot MakeBot(const BotSettings& settings, const std::string& url, const CallIdentity& call);

// Where a URL leads to, without what may be secret or a number: scheme, host and port.
std::string OriginOf(const std::string& url);

}  // namespace benari::control
