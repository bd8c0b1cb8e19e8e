#pragma once

#include <variant>

#include "media/processor/echo.h"

namespace benari::media {

// Which processor a session runs, and what it was told: an arm for each of `oneof processor`.
using ProcessorConfig = std::variant<EchoConfig>;

}  // namespace benari::media
