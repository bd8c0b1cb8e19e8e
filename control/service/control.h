#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "control/api/api.h"
#include "control/api/status_callbacks.h"
#include "control/app/stasis_app.h"
#include "control/ari/event_stream.h"
#include "control/call/call_context.h"
#include "control/flow/flows.h"
#include "control/nodes/lease_keeper.h"
#include "control/service/front.h"
#include "control/service/leave.h"
#include "control/speech/command_speech.h"
#include "control/webhook/webhook_client.h"

namespace benari::control {

// A process that serves the Stasis application: wires its parts, and handles its end. The thread that calls
// Run is the control loop.
class Control {
 public:
  // `argv` is that of this process, which executes itself again to stand by.
  Control(const Config& config, char** argv);

  // Returns only if the loop is stopped: the process ends, or executes itself again, inside Run.
  void Run();

 private:
  api::CallsPort ApiPort();
  api::ActionsPort ActionsPort();
  // Begins to serve the API, and returns its address; "": nowhere. Exits with 1 when the address is taken.
  std::string ServeApi();
  void StepAside(const std::string& why, StartMode mode);
  bool HearsAsterisk() const;
  boost::asio::awaitable<void> LookForSuccessor();
  ServiceState State() const;
  Report::State Reported() const;
  void OnReread();
  ari::EventHandlers Handlers();
  void CountNodes();
  void OnNodes(const std::vector<std::string>& addresses);
  void AwaitSignal();
  void Drain();
  void AwaitSecondSignal();
  void EndCalls();

  char** const argv_;
  bool events_started_ = false;
  std::string warned_of_;  // the version of Asterisk that a warning was logged for
  bool draining_ = false;
  Front front_;
  LeaseKeeper keeper_;
  const std::unique_ptr<WebhookClient> webhooks_;
  std::unique_ptr<CommandSpeech> speech_;  // nullptr: nothing is said
  const FlowFactory make_flow_;
  CallContext context_;
  StasisApp app_;
  api::StatusCallbacks status_callbacks_;
  api::Api api_;
  ari::EventStream events_;
  boost::asio::steady_timer drain_timer_;
};

}  // namespace benari::control
