#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "control/ari/event_stream.h"
#include "control/ari/http_client.h"
#include "control/check/check.h"
#include "control/check/check_facts.h"
#include "control/config.h"
#include "control/grpc/grpc_media_client.h"
#include "control/loop/loop_timers.h"
#include "control/nodes/node_resolver.h"
#include "control/speech/command_speech.h"

namespace benari::control {

// The process of --check: wires a Check, with an application and an owner of its own, prints its findings to
// stdout, and exits. The thread that calls Run is the control loop.
class CheckControl {
 public:
  explicit CheckControl(const Config& config);

  // Exits with 0, or with 1 if something has failed. SIGTERM, SIGINT, SIGHUP and the end of its time
  // interrupt the check, which undoes all it has made.
  [[noreturn]] void Run();

 private:
  boost::asio::awaitable<void> RunCheck();
  ari::EventHandlers Handlers();
  void InterruptAfter(Clock::Duration time);
  void Interrupt(const std::string& why);

  const Config config_;  // with an application and an owner of the check's own
  boost::asio::io_context loop_{1};
  LoopTimers timers_;
  CheckFacts facts_;
  ari::HttpClient ari_;
  GrpcMediaClient media_;
  GrpcMediaClient owners_media_;  // of the installation's owner
  NodeResolver resolver_;
  ari::EventStream events_;
  std::unique_ptr<CommandSpeech> speech_;  // nullptr: nothing is said
  boost::asio::signal_set signals_;
  boost::asio::steady_timer time_limit_;
  Check check_;
};

}  // namespace benari::control
