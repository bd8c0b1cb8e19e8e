#pragma once

#include "control/call/flow.h"

namespace benari::control {

// The caller talks to the bot of `bot_url`, or to that of `bot_fallback_url` where the first one fails. Then
// it is hung up, connected to `destination`, or goes on in the dial plan, as `bot_on_close` and
// `bot_on_failure` say. Confined to the control loop.
class BotThenNext : public Flow {
 public:
  boost::asio::awaitable<void> Run(Legs& legs) override;
};

}  // namespace benari::control
