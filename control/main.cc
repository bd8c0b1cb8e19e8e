// Wiring and signals only.
#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "common/grpc_log.h"
#include "common/health_probe.h"
#include "common/log.h"
#include "control/ari/event_stream.h"
#include "control/ari/http_client.h"
#include "control/call_context.h"
#include "control/config.h"
#include "control/grpc_media_client.h"
#include "control/lease_keeper.h"
#include "control/loop_timers.h"
#include "control/media_nodes.h"
#include "control/node_resolver.h"
#include "control/stasis_app.h"

namespace benari::control {
namespace {

namespace asio = boost::asio;

// Ends the process with everything as it is: gRPC's threads may still post to the loop, and calls that were
// not undone are meant to be adopted by the next instance.
[[noreturn]] void Leave(int code) {
  std::fflush(nullptr);
  std::_Exit(code);
}

class Control {
 public:
  explicit Control(const Config& config)
      : config_(config),
        ids_(config.media.owner),
        timers_(loop_.get_executor()),
        registry_(std::make_shared<prometheus::Registry>()),
        metrics_(*registry_),
        ari_(loop_.get_executor(), config.ari, config.http, RequestHook()),
        media_(loop_.get_executor(), config.media),
        keeper_(loop_.get_executor(), media_, nodes_, timers_, config.keeper),
        context_{loop_.get_executor(), ari_, media_, nodes_, keeper_, timers_, metrics_, ids_, config_.call},
        app_(context_, config.app),
        events_(loop_.get_executor(), config.ari, ari::EventStreamLimits(), Handlers()),
        resolver_(loop_.get_executor(), config.media_targets,
                  [this](const std::vector<std::string>& addresses) { OnNodes(addresses); }),
        signals_(loop_, SIGTERM, SIGINT),
        drain_timer_(loop_) {}

  void Run() {
    const std::string metrics = StartMetrics();
    app_.set_on_replaced([](const std::string& why) { StepAside(why); });
    keeper_.set_on_fenced([](const std::string& why) { StepAside(why); });
    AwaitSignal();
    resolver_.Start();
    events_.Start();
    log::Info("serving", {{"app", config_.app.app},
                          {"ari", config_.ari.url.ToString()},
                          {"owner", config_.media.owner},
                          {"metrics", metrics}});
    loop_.run();
  }

 private:
  static void StepAside(const std::string& why) {
    log::Info("stepping aside, nothing is undone", {{"why", why}});
    Leave(0);
  }

  ari::RequestHook RequestHook() {
    return [this](absl::string_view operation, absl::string_view code, std::chrono::nanoseconds duration) {
      metrics_.AriRequest(std::string(operation), std::string(code),
                          std::chrono::duration<double>(duration).count());
    };
  }

  ari::EventHandlers Handlers() {
    ari::EventHandlers handlers;
    handlers.on_connected = [this] { app_.OnConnected(); };
    handlers.on_disconnected = [this](const std::string&) { app_.OnDisconnected(); };
    handlers.on_connect_failed = [this](ari::ConnectProblem problem) {
      // Nobody listens: the process is gone, and with it every channel. Any other failure may pass.
      if (problem == ari::ConnectProblem::kRefused) app_.OnAsteriskDead();
    };
    handlers.on_event = [this](const ari::Event& event) { app_.OnEvent(event); };
    return handlers;
  }

  void OnNodes(const std::vector<std::string>& addresses) {
    nodes_.SetListed(addresses);
    app_.OnNodesListed();
  }

  // Where the metrics are served; empty: nowhere. Exits with 1 when the address is taken.
  std::string StartMetrics() {
    if (config_.metrics_listen.host.empty()) return "";
    try {
      exposer_ = std::make_unique<prometheus::Exposer>(config_.metrics_listen.ToString());
    } catch (const std::exception&) {
      log::Error("cannot listen for metrics", {{"metrics_listen", config_.metrics_listen.ToString()}});
      Leave(1);
    }
    exposer_->RegisterCollectable(registry_);
    const int port = exposer_->GetListeningPorts().front();
    return Endpoint(config_.metrics_listen.host, static_cast<uint16_t>(port)).ToString();
  }

  void AwaitSignal() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      AwaitSecondSignal();
      log::Info("draining: no new calls",
                {{"calls", app_.table().size()}, {"seconds", config_.drain.count() / 1000}});
      app_.Drain([] {
        log::Info("ended, no calls left");
        Leave(0);
      });
      drain_timer_.expires_after(config_.drain);
      drain_timer_.async_wait([this](const boost::system::error_code&) { EndCalls(); });
    });
  }

  void AwaitSecondSignal() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      log::Warning("ended at once, calls are left to the next instance", {{"calls", app_.table().size()}});
      Leave(1);
    });
  }

  // Each undo step is bounded by its request's deadline; what is left after a few of them is left for good.
  void EndCalls() {
    log::Warning("drain time is over, hanging up", {{"calls", app_.table().size()}});
    app_.EndCalls();
    drain_timer_.expires_after(4 * config_.http.timeout);
    drain_timer_.async_wait([this](const boost::system::error_code&) {
      log::Error("ended with calls left", {{"calls", app_.table().size()}});
      Leave(1);
    });
  }

  const Config config_;
  asio::io_context loop_{1};
  const Ids ids_;
  LoopTimers timers_;
  std::shared_ptr<prometheus::Registry> registry_;
  Metrics metrics_;
  ari::HttpClient ari_;
  GrpcMediaClient media_;
  MediaNodes nodes_;
  LeaseKeeper keeper_;
  CallContext context_;
  StasisApp app_;
  ari::EventStream events_;
  NodeResolver resolver_;
  asio::signal_set signals_;
  asio::steady_timer drain_timer_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace
}  // namespace benari::control

int main(int argc, char** argv) {
  using namespace benari;
  const control::Config config = control::ReadConfig(argc, argv);
  if (config.healthcheck) return ProbeMetric(config.metrics_listen, "control_ari_connected 1") ? 0 : 1;
  log::Init(config.log_format, config.log_level);
  LogGrpcAtDebug();
  control::Control(config).Run();
  return 0;
}
