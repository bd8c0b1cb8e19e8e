#pragma once

#include "control/call/flow.h"

namespace benari::control {

// The caller talks to the bot at `bot_url`, or to the one at `bot_fallback_url` if the first one fails. Then
// it is hung up, connected to `destination`, or continues in the dial plan, according to `bot_on_close` and
// `bot_on_failure`. Confined to the control loop.
class BotThenNext : public Flow {
 public:
  boost::asio::awaitable<void> Run(Legs& legs) override;
};

}  // namespace benari::control
