#pragma once

#include "control/call/flow.h"

namespace benari::control {

// The caller hears its own audio for `echo_seconds`, and is then connected to `destination`. Confined to the
// control loop.
class EchoThenDial : public Flow {
 public:
  boost::asio::awaitable<void> Run(Legs& legs) override;
};

}  // namespace benari::control
