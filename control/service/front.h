#pragma once

#include <prometheus/registry.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <memory>
#include <string>

#include "control/ari/http_client.h"
#include "control/config.h"
#include "control/grpc/grpc_media_client.h"
#include "control/http/peers.h"
#include "control/http/site.h"
#include "control/loop/loop_timers.h"
#include "control/nodes/media_nodes.h"
#include "control/nodes/media_stats.h"
#include "control/nodes/node_resolver.h"
#include "control/record/call_history.h"
#include "control/record/ids.h"
#include "control/record/metrics.h"
#include "control/service/report.h"

namespace benari::control {

// The parts that a control has both while it serves and while it stands by: the loop, the clients of Asterisk
// and of media, the list of media nodes, and the HTTP site. Confined to the control loop.
struct Front {
  Front(const Config& c, std::function<ServiceState()> state, std::function<Report::State()> report,
        NodeResolver::OnNodes on_nodes);

  // Starts to serve the page and the metrics, and returns their address; "": none is configured. Exits with 1
  // if the address cannot be listened on.
  std::string Serve();
  // Starts to receive signals and the list of media nodes, and to report to the service manager. SIGHUP reads
  // credentials and certificates again, and calls `on_reread`, which may be empty.
  void Start(std::function<void()> on_reread);

  Config config;  // only its credentials change
  boost::asio::io_context loop{1};
  const Ids ids;
  LoopTimers timers;
  const std::shared_ptr<prometheus::Registry> registry;
  Metrics metrics;
  CallHistory history;
  ari::HttpClient ari;
  GrpcMediaClient media;
  MediaNodes nodes;
  NodeResolver resolver;
  MediaStats stats;
  Peers peers;
  LiveView view;
  Site site;
  Report report;
  boost::asio::signal_set signals;  // SIGTERM, SIGINT; SIGUSR1: leave the calls to the next instance, at once

 private:
  void AwaitHangUp();
  void ReadAgain();

  std::function<void()> on_reread_;
  boost::asio::signal_set hang_ups_;
};

}  // namespace benari::control
