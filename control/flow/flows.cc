#include "control/flow/flows.h"

#include "control/flow/bot.h"
#include "control/flow/echo_then_dial.h"

namespace benari::control {

std::unique_ptr<Flow> MakeFlow(const CallConfig& settings) {
  if (settings.flow == FlowKind::kBot) return std::make_unique<BotThenNext>();
  return std::make_unique<EchoThenDial>();
}

}  // namespace benari::control
