#pragma once

#include <memory>

#include "media/processor/processor.h"
#include "media/processor/session_types.h"

namespace benari::media {

// The processor that `config` names. Pure.
std::unique_ptr<Processor> NewProcessor(const SessionConfig& config, Clock::Time now);

}  // namespace benari::media
