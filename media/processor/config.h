#pragma once

#include <variant>

#include "media/processor/bot/config.h"
#include "media/processor/tone_config.h"

namespace benari::media {

struct EchoConfig {
  static constexpr const char* kName = "echo";

  bool operator==(const EchoConfig&) const = default;
};

// Which processor a session runs, and what it was told: an arm for each of `oneof processor`.
using ProcessorConfig = std::variant<EchoConfig, ToneConfig, BotConfig>;

// As logs and errors name it.
inline const char* ProcessorName(const ProcessorConfig& config) {
  return std::visit([](const auto& processor) { return processor.kName; }, config);
}

}  // namespace benari::media
