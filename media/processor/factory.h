#pragma once

#include <memory>

#include "media/processor/processor.h"
#include "media/processor/session_types.h"

namespace benari::media {

class BotDialer;

// Makes the processors of sessions. Owned by one worker.
class ProcessorFactory {
 public:
  // `dialer` must outlive the processors.
  explicit ProcessorFactory(BotDialer& /*dialer*/) {}

  // The processor that `config` names; its session begins at `now`.
  std::unique_ptr<Processor> New(const SessionConfig& config, Clock::Time now);
};

}  // namespace benari::media
