#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "control/nodes/processor.h"
#include "control/record/call_identity.h"

// Which bot a caller talks to, and what comes then. Pure.
namespace benari::control {

enum class AfterBot { kHangUp, kTransfer, kContinue };
enum class BotAnswer { kAtOnce, kWhenReady };

struct BotSettings {
  std::string url;           // with placeholders, see MakeBot; empty: no bot
  std::string fallback_url;  // likewise; empty: no second bot
  std::map<std::string, std::string> parameters;
  std::string credential;
  AfterBot on_close = AfterBot::kHangUp;
  AfterBot on_failure = AfterBot::kTransfer;
  std::optional<std::chrono::milliseconds> max_time = std::chrono::hours(4);  // nullopt: no limit
  std::chrono::milliseconds idle_timeout{0};                                  // 0: no timeout
  std::chrono::milliseconds reconnect{10000};
  std::chrono::milliseconds drain{10000};
  bool drain_on_hangup = false;  // over the API: what the bot has queued is played before
  BotAnswer answer = BotAnswer::kAtOnce;
  std::optional<Tone> waiting;  // nullopt: silence

  BotSettings();
};

// Sets one setting, whose name starts with "bot_". INVALID_ARGUMENT describes the accepted values and leaves
// `settings` unchanged. NOT_FOUND: there is no such setting. Pure.
absl::Status SetBotSetting(BotSettings& settings, absl::string_view name, absl::string_view value);

// Replaces {call_id}, {call_sid}, {caller} and {called}: percent-encoded in `url`, one of the settings, and
// verbatim in the values of parameters. Adds the parameters from_number and to_number. Pure.
Bot MakeBot(const BotSettings& settings, const std::string& url, const CallIdentity& call);

// Returns scheme, host and port of a URL; its path and query may contain secrets or numbers. Pure.
std::string OriginOf(const std::string& url);

}  // namespace benari::control
