#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "media/processor/tone_config.h"

namespace benari::media {

enum class BotDialect { kTwilioMediaStreams };

// `Bot` of media.proto, within its limits. Pure.
struct BotConfig {
  static constexpr const char* kName = "bot";

  std::string url;  // ws or wss
  BotDialect dialect = BotDialect::kTwilioMediaStreams;
  std::string call_sid;
  std::map<std::string, std::string> parameters;
  std::string credential;  // name of a file; empty: none
  std::chrono::milliseconds drain{10000};
  std::chrono::milliseconds reconnect{10000};
  std::chrono::milliseconds idle_timeout{0};  // 0: never
  std::optional<ToneConfig> waiting;          // played while the bot cannot be heard

  bool operator==(const BotConfig&) const = default;
};

}  // namespace benari::media
