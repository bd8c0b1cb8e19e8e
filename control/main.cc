// Wiring and signals only.
#include <prometheus/registry.h>
#include <pthread.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/build_info.h"
#include "common/grpc_setup.h"
#include "common/health_probe.h"
#include "common/log.h"
#include "common/process_metrics.h"
#include "common/tls_files.h"
#include "control/app/asterisk_version.h"
#include "control/app/standby.h"
#include "control/app/stasis_app.h"
#include "control/ari/event_stream.h"
#include "control/ari/http_client.h"
#include "control/call/call_context.h"
#include "control/config.h"
#include "control/flow/echo_then_dial.h"
#include "control/grpc/grpc_media_client.h"
#include "control/http/site.h"
#include "control/loop/loop_timers.h"
#include "control/nodes/lease_keeper.h"
#include "control/nodes/media_nodes.h"
#include "control/nodes/media_stats.h"
#include "control/nodes/node_resolver.h"
#include "control/record/call_history.h"
#include "control/service/leave.h"

namespace benari::control {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kSilence{5};  // of Asterisk's events, in which nothing is asked of it

About AboutUs(const Config& config) {
  return {config.app.app, config.media.owner, ThisBuild("control").version, config.ari.url.ToString(),
          config.app.max_calls};
}

// Where `site` is served; "": nowhere. Exits with 1 when the address is taken.
std::string Serve(Site& site, const Config& config) {
  const Endpoint& listen = config.metrics_listen;
  if (listen.host.empty()) return "";
  std::vector<std::string> hosts = config.metrics_hosts;
  hosts.push_back(listen.host);
  site.set_hosts(std::move(hosts));
  site.AddMetrics(std::make_shared<ProcessMetrics>(ThisBuild("control"), config.media.tls.cert));
  if (const absl::Status listening = site.Listen(listen); !listening.ok()) {
    log::Error("cannot listen for HTTP",
               {{"metrics_listen", listen.ToString()}, {"why", listening.message()}});
    Leave(1);
  }
  return site.endpoint().ToString();
}

// A terminal that closes, or a log rotation.
void SayHangUps(asio::signal_set& hang_ups) {
  hang_ups.async_wait([&hang_ups](const boost::system::error_code& error, int) {
    if (error) return;
    log::Info("SIGHUP is ignored: flags are read at the start only");
    SayHangUps(hang_ups);
  });
}

// Another instance serves, and this one waits for it to be gone. Holds nothing that could meddle with it.
class StandbyControl {
 public:
  StandbyControl(const Config& config, char** argv)
      : config_(config),
        argv_(argv),
        ids_(config.media.owner),
        timers_(loop_.get_executor()),
        registry_(std::make_shared<prometheus::Registry>()),
        metrics_(*registry_),
        ari_(loop_.get_executor(), config.ari, config.http),
        media_(loop_.get_executor(), config.media, timers_),
        standby_(loop_.get_executor(), media_, ari_, nodes_, timers_,
                 {config.standby_patience, config.fenced, config.app.app, config.keeper.interval}),
        resolver_(loop_.get_executor(), config.media_targets,
                  [this](const std::vector<std::string>& addresses) { nodes_.SetListed(addresses); }),
        stats_(loop_.get_executor(), media_, nodes_, timers_, ids_),
        view_(AboutUs(config), {history_, nodes_, stats_, timers_, [] { return ServiceState::kStandingBy; }}),
        site_(loop_.get_executor(), view_, stats_, registry_),
        signals_(loop_, SIGTERM, SIGINT),
        hang_ups_(loop_, SIGHUP) {}

  void Run() {
    metrics_.standby.Set(1);
    const std::string where = Serve(site_, config_);
    signals_.async_wait([](const boost::system::error_code&, int) {
      log::Info("ended while standing by");
      Leave(0);
    });
    SayHangUps(hang_ups_);
    TakeSignals();
    resolver_.Start();
    asio::co_spawn(loop_, TakeOver(), asio::detached);
    log::Info("standing by", {{"app", config_.app.app}, {"owner", config_.media.owner}, {"metrics", where}});
    loop_.run();
  }

 private:
  asio::awaitable<void> TakeOver() {
    co_await standby_.WaitUntilNobodyServes();
    log::Warning("the other instance is gone, taking over", {{"owner", config_.media.owner}});
    StartAnew(argv_, StartMode::kServing);
  }

  const Config& config_;
  char** const argv_;
  asio::io_context loop_{1};
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
  asio::signal_set signals_;
  asio::signal_set hang_ups_;
};

class Control {
 public:
  Control(const Config& config, char** argv)
      : config_(config),
        argv_(argv),
        ids_(config.media.owner),
        timers_(loop_.get_executor()),
        registry_(std::make_shared<prometheus::Registry>()),
        metrics_(*registry_),
        ari_(loop_.get_executor(), config.ari, config.http, RequestHook(), LoadHook()),
        media_(loop_.get_executor(), config.media, timers_),
        nodes_(config.media_targets.dns.host.empty() ? MediaNodes::Listing::kFixed
                                                     : MediaNodes::Listing::kLookedUp),
        keeper_(loop_.get_executor(), media_, nodes_, timers_, config.keeper),
        context_{
            loop_.get_executor(), ari_,        media_, nodes_, keeper_, timers_, metrics_, history_, ids_,
            make_flow_,           config_.call},
        app_(context_, config.app),
        events_(loop_.get_executor(), config.ari, ari::EventStreamLimits(), Handlers()),
        resolver_(loop_.get_executor(), config.media_targets,
                  [this](const std::vector<std::string>& addresses) { OnNodes(addresses); }),
        stats_(loop_.get_executor(), media_, nodes_, timers_, ids_),
        view_(AboutUs(config), {history_, nodes_, stats_, timers_, [this] { return State(); }}),
        site_(loop_.get_executor(), view_, stats_, registry_),
        signals_(loop_, SIGTERM, SIGINT),
        hang_ups_(loop_, SIGHUP),
        drain_timer_(loop_) {}

  void Run() {
    const std::string where = Serve(site_, config_);
    nodes_.set_on_change([this] { CountNodes(); });
    app_.set_on_replaced([this](const std::string& why) { StepAside(why, StartMode::kStandby); });
    keeper_.set_on_fenced([this](const std::string& why) {
      StepAside(why, app_.serving() ? StartMode::kStandbyFenced : StartMode::kStandby);
    });
    ari_.set_may_send([this] { return HearsAsterisk(); });
    AwaitSignal();
    SayHangUps(hang_ups_);
    TakeSignals();
    resolver_.Start();
    log::Info("serving", {{"app", config_.app.app},
                          {"ari", config_.ari.url.ToString()},
                          {"owner", config_.media.owner},
                          {"metrics", where}});
    loop_.run();
  }

 private:
  void StepAside(const std::string& why, StartMode mode) {
    log::Info("stepping aside, nothing is undone", {{"why", why}});
    if (config_.stand_by_when_replaced && !draining_) StartAnew(argv_, mode);
    Leave(0);
  }

  // Who hears nothing may have been replaced, and its calls are another instance's then. Asterisk answers a
  // ping in between: EventStreamLimits.
  bool HearsAsterisk() const {
    return events_.problem().empty() && timers_.Now() - events_.heard_at() < kSilence;
  }

  // Subscribing anew would throw out an instance that has taken over meanwhile.
  asio::awaitable<void> LookForSuccessor() {
    if (timers_.Now() - events_.heard_at() < config_.standby_patience) co_return;
    const std::string successor = co_await app_.epoch().FindSuccessor();
    if (!successor.empty()) StepAside(successor, StartMode::kStandby);
  }

  ServiceState State() const {
    if (draining_) return ServiceState::kDraining;
    return app_.serving() ? ServiceState::kServing : ServiceState::kWaitingForAsterisk;
  }

  ari::RequestHook RequestHook() {
    return [this](absl::string_view operation, absl::string_view code, std::chrono::nanoseconds duration) {
      metrics_.AriRequest(std::string(operation), std::string(code),
                          std::chrono::duration<double>(duration).count());
    };
  }

  ari::LoadHook LoadHook() {
    return [this](size_t waiting, size_t connections) {
      metrics_.ari_waiting.Set(static_cast<double>(waiting));
      metrics_.ari_connections.Set(static_cast<double>(connections));
    };
  }

  ari::EventHandlers Handlers() {
    ari::EventHandlers handlers;
    handlers.on_connected = [this] {
      app_.OnConnected();
      asio::co_spawn(loop_, WarnOfLateFrames(ari_, &warned_of_), asio::detached);
    };
    handlers.on_disconnected = [this](const std::string&) { app_.OnDisconnected(); };
    handlers.on_connect_failed = [this](net::ConnectProblem problem) {
      // Nobody listens: the process is gone, and with it every channel. Any other failure may pass.
      if (problem == net::ConnectProblem::kRefused) app_.OnAsteriskDead();
    };
    handlers.on_event = [this](const ari::Event& event) { app_.OnEvent(event); };
    handlers.before_subscribing = [this] { return LookForSuccessor(); };
    return handlers;
  }

  void CountNodes() {
    const MediaNodes::Counts counts = nodes_.Count();
    metrics_.media_nodes_up.Set(static_cast<double>(counts.up));
    metrics_.media_nodes_draining.Set(static_cast<double>(counts.draining));
    metrics_.media_nodes_down.Set(static_cast<double>(counts.down));
    metrics_.media_nodes_not_reached.Set(static_cast<double>(counts.not_reached));
  }

  void OnNodes(const std::vector<std::string>& addresses) {
    nodes_.SetListed(addresses);
    app_.OnNodesListed();
    if (!std::exchange(events_started_, true)) events_.Start();  // adoption has to know the nodes
  }

  void AwaitSignal() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      draining_ = true;
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
  char** const argv_;
  bool events_started_ = false;
  std::string warned_of_;  // version of Asterisk
  bool draining_ = false;
  asio::io_context loop_{1};
  const Ids ids_;
  LoopTimers timers_;
  std::shared_ptr<prometheus::Registry> registry_;
  Metrics metrics_;
  CallHistory history_;
  ari::HttpClient ari_;
  GrpcMediaClient media_;
  MediaNodes nodes_;
  LeaseKeeper keeper_;
  const FlowFactory make_flow_ = MakeEchoThenDial;
  CallContext context_;
  StasisApp app_;
  ari::EventStream events_;
  NodeResolver resolver_;
  MediaStats stats_;
  LiveView view_;
  Site site_;
  asio::signal_set signals_;
  asio::signal_set hang_ups_;
  asio::steady_timer drain_timer_;
};

}  // namespace
}  // namespace benari::control

int main(int argc, char** argv) {
  using namespace benari;
  PrintVersionIfAsked(argc, argv, "control");
  pthread_setname_np(pthread_self(), "benari-control");  // one that executed itself anew would be called exe
  const control::Config config = control::ReadConfig(argc, argv);
  if (config.healthcheck) {
    const bool good =
        ProbeMetric(config.metrics_listen, {"benari_control_ari_connected 1", "benari_control_standby 1"},
                    "not connected to Asterisk, and not standing by");
    return good ? 0 : 1;
  }
  control::HoldSignals();
  std::signal(SIGPIPE, SIG_IGN);  // a peer or a reader of the log that has gone is an error, and no end
  log::Init(config.log_format, config.log_level);
  SetUpGrpc();
  WarnOfAnotherCa(config.media.tls, control::MediaTlsFlags(), std::chrono::system_clock::now());
  if (config.standby) control::StandbyControl(config, argv).Run();
  control::Control(config, argv).Run();
  return 0;
}
