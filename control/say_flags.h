#pragma once

#include <optional>

#include "common/flag_types.h"
#include "control/speech/command_speech.h"

namespace benari::control {

// Reads the flags --say_...; nullopt: nothing is said. Adds each error to `errors`.
std::optional<SpeechOptions> ReadSayFlags(FlagErrors& errors);

}  // namespace benari::control
