#pragma once

#include <prometheus/registry.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <memory>

#include "control/app/standby.h"
#include "control/ari/http_client.h"
#include "control/config.h"
#include "control/grpc/grpc_media_client.h"
#include "control/http/site.h"
#include "control/loop/loop_timers.h"
#include "control/nodes/media_nodes.h"
#include "control/nodes/media_stats.h"
#include "control/nodes/node_resolver.h"
#include "control/record/call_history.h"
#include "control/record/metrics.h"

namespace benari::control {

// A process while another instance serves: it waits for that one to be gone, and takes over then. Holds
// nothing that could meddle with it. Its loop is the thread that calls Run.
class StandbyControl {
 public:
  // `argv`: of this process, which executes itself anew to take over.
  StandbyControl(const Config& config, char** argv);

  // Returns only if the loop is stopped: the process ends, or begins anew, within.
  void Run();

 private:
  boost::asio::awaitable<void> TakeOver();

  const Config& config_;
  char** const argv_;
  boost::asio::io_context loop_{1};
  const Ids ids_;
  LoopTimers timers_;
  std::shared_ptr<prometheus::Registry> registry_;
  Metrics metrics_;
  ari::HttpClient ari_;
  GrpcMediaClient media_;
  MediaNodes nodes_;
  Standby standby_;
  NodeResolver resolver_;
  CallHistory history_;  // stays empty
  MediaStats stats_;
  LiveView view_;
  Site site_;
  boost::asio::signal_set signals_;
  boost::asio::signal_set hang_ups_;
};

}  // namespace benari::control
