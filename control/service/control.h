#pragma once

#include <prometheus/registry.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "control/app/stasis_app.h"
#include "control/ari/event_stream.h"
#include "control/ari/http_client.h"
#include "control/call/call_context.h"
#include "control/config.h"
#include "control/flow/flows.h"
#include "control/grpc/grpc_media_client.h"
#include "control/http/site.h"
#include "control/loop/loop_timers.h"
#include "control/nodes/lease_keeper.h"
#include "control/nodes/media_nodes.h"
#include "control/nodes/media_stats.h"
#include "control/nodes/node_resolver.h"
#include "control/record/call_history.h"
#include "control/record/metrics.h"
#include "control/service/leave.h"

namespace benari::control {

// A process that serves the Stasis application: its parts, wired, and how it ends. Its loop is the thread
// that calls Run.
class Control {
 public:
  // `argv`: of this process, which executes itself anew to stand by.
  Control(const Config& config, char** argv);

  // Returns only if the loop is stopped: the process ends, or begins anew, within.
  void Run();

 private:
  void StepAside(const std::string& why, StartMode mode);
  bool HearsAsterisk() const;
  boost::asio::awaitable<void> LookForSuccessor();
  ServiceState State() const;
  ari::RequestHook RequestHook();
  ari::LoadHook LoadHook();
  ari::EventHandlers Handlers();
  void CountNodes();
  void OnNodes(const std::vector<std::string>& addresses);
  void AwaitSignal();
  void AwaitSecondSignal();
  void EndCalls();

  const Config config_;
  char** const argv_;
  bool events_started_ = false;
  std::string warned_of_;  // version of Asterisk
  bool draining_ = false;
  boost::asio::io_context loop_{1};
  const Ids ids_;
  LoopTimers timers_;
  std::shared_ptr<prometheus::Registry> registry_;
  Metrics metrics_;
  CallHistory history_;
  ari::HttpClient ari_;
  GrpcMediaClient media_;
  MediaNodes nodes_;
  LeaseKeeper keeper_;
  const FlowFactory make_flow_ = MakeFlow;
  CallContext context_;
  StasisApp app_;
  ari::EventStream events_;
  NodeResolver resolver_;
  MediaStats stats_;
  LiveView view_;
  Site site_;
  boost::asio::signal_set signals_;
  boost::asio::signal_set hang_ups_;
  boost::asio::steady_timer drain_timer_;
};

}  // namespace benari::control
