#include "control/service/control.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <utility>

#include "common/log.h"
#include "control/app/asterisk_version.h"
#include "control/service/front.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::seconds kSilence{5};  // of Asterisk's events, in which nothing is asked of it
}

Control::Control(const Config& config, char** argv)
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
      context_{loop_.get_executor(), ari_,        media_, nodes_, keeper_, timers_, metrics_, history_, ids_,
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

void Control::Run() {
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

void Control::StepAside(const std::string& why, StartMode mode) {
  log::Info("stepping aside, nothing is undone", {{"why", why}});
  if (config_.stand_by_when_replaced && !draining_) StartAnew(argv_, mode);
  Leave(0);
}

// Who hears nothing may have been replaced, and its calls are another instance's then. Asterisk answers a
// ping in between: EventStreamLimits.
bool Control::HearsAsterisk() const {
  return events_.problem().empty() && timers_.Now() - events_.heard_at() < kSilence;
}

// Subscribing anew would throw out an instance that has taken over meanwhile.
asio::awaitable<void> Control::LookForSuccessor() {
  if (timers_.Now() - events_.heard_at() < config_.standby_patience) co_return;
  const std::string successor = co_await app_.epoch().FindSuccessor();
  if (!successor.empty()) StepAside(successor, StartMode::kStandby);
}

ServiceState Control::State() const {
  if (draining_) return ServiceState::kDraining;
  return app_.serving() ? ServiceState::kServing : ServiceState::kWaitingForAsterisk;
}

ari::RequestHook Control::RequestHook() {
  return [this](absl::string_view operation, absl::string_view code, std::chrono::nanoseconds duration) {
    metrics_.AriRequest(std::string(operation), std::string(code),
                        std::chrono::duration<double>(duration).count());
  };
}

ari::LoadHook Control::LoadHook() {
  return [this](size_t waiting, size_t connections) {
    metrics_.ari_waiting.Set(static_cast<double>(waiting));
    metrics_.ari_connections.Set(static_cast<double>(connections));
  };
}

ari::EventHandlers Control::Handlers() {
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

void Control::CountNodes() {
  const MediaNodes::Counts counts = nodes_.Count();
  metrics_.media_nodes_up.Set(static_cast<double>(counts.up));
  metrics_.media_nodes_draining.Set(static_cast<double>(counts.draining));
  metrics_.media_nodes_down.Set(static_cast<double>(counts.down));
  metrics_.media_nodes_not_reached.Set(static_cast<double>(counts.not_reached));
}

void Control::OnNodes(const std::vector<std::string>& addresses) {
  nodes_.SetListed(addresses);
  app_.OnNodesListed();
  if (!std::exchange(events_started_, true)) events_.Start();  // adoption has to know the nodes
}

void Control::AwaitSignal() {
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

void Control::AwaitSecondSignal() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    log::Warning("ended at once, calls are left to the next instance", {{"calls", app_.table().size()}});
    Leave(1);
  });
}

// Each undo step is bounded by its request's deadline; what is left after a few of them is left for good.
void Control::EndCalls() {
  log::Warning("drain timeout expired, hanging up", {{"calls", app_.table().size()}});
  app_.EndCalls();
  drain_timer_.expires_after(4 * config_.http.timeout);
  drain_timer_.async_wait([this](const boost::system::error_code&) {
    log::Error("ended with calls left", {{"calls", app_.table().size()}});
    Leave(1);
  });
}

}  // namespace benari::control
