#include "control/flow/flows.h"

#include "control/flow/bot.h"
#include "control/flow/echo_then_dial.h"
#include "control/flow/webhook.h"

namespace benari::control {

std::unique_ptr<Flow> MakeFlow(const CallConfig& settings, Webhooks& webhooks, Speech* speech) {
  switch (settings.flow) {
    case FlowKind::kEcho:
      break;
    case FlowKind::kBot:
      return std::make_unique<BotThenNext>();
    case FlowKind::kWebhook:
      return std::make_unique<AsTheWebhookSays>(webhooks, speech);
  }
  return std::make_unique<EchoThenDial>();
}

}  // namespace benari::control
