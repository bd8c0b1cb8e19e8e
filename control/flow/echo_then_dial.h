#pragma once

#include <memory>

#include "control/call/flow.h"

namespace benari::control {

// The caller hears itself for `echo_seconds`, and is connected to `destination` then. Confined to the control
// loop.
class EchoThenDial : public Flow {
 public:
  boost::asio::awaitable<void> Run(Legs& legs) override;
};

// A FlowFactory.
std::unique_ptr<Flow> MakeEchoThenDial(const CallConfig& settings);

}  // namespace benari::control
