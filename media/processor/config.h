#pragma once

#include <variant>

#include "media/processor/echo.h"
#include "media/processor/tone.h"

namespace benari::media {

// Which processor a session runs, and what it was told: an arm for each of `oneof processor`.
using ProcessorConfig = std::variant<EchoConfig, ToneConfig>;

// As logs and errors name it.
inline const char* ProcessorName(const ProcessorConfig& config) {
  return std::visit([](const auto& processor) { return processor.kName; }, config);
}

}  // namespace benari::media
