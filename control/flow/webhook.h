#pragma once

#include "control/call/flow.h"
#include "control/speech/speech.h"
#include "control/webhook/webhooks.h"

namespace benari::control {

// The caller is put through what the server at `webhook_url` answers in TwiML, verb by verb. Where it cannot
// be asked, or its last verb is a bot that fails, `bot_on_failure` says what follows. Confined to the control
// loop.
class AsTheWebhookSays : public Flow {
 public:
  AsTheWebhookSays(Webhooks& webhooks, Speech* speech) : webhooks_(webhooks), speech_(speech) {}

  boost::asio::awaitable<void> Run(Legs& legs) override;

 private:
  Webhooks& webhooks_;
  Speech* const speech_;  // nullptr: there is none
};

}  // namespace benari::control
