#pragma once

#include <cstdlib>
#include <memory>

#include "media/processor/bot/stream.h"

namespace benari::media {

// For sessions without a bot: aborts when one is dialled. Thread-safe.
class NoBots : public BotDialer {
 public:
  std::shared_ptr<BotStream> Dial(const BotConfig&) override { std::abort(); }
};

}  // namespace benari::media
