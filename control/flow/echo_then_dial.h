#pragma once

#include "control/call/flow.h"

namespace benari::control {

// The caller hears itself for `echo_seconds`, and is connected to `destination` then. Confined to the control
// loop.
class EchoThenDial : public Flow {
 public:
  boost::asio::awaitable<void> Run(Legs& legs) override;
};

}  // namespace benari::control
