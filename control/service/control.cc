#include "control/service/control.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "control/app/asterisk_version.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
// After this time without data on the event WebSocket no request is sent to Asterisk.
constexpr std::chrono::seconds kSilence{5};

std::unique_ptr<WebhookClient> MakeWebhooks(asio::any_io_executor executor, const WebhookOptions& options) {
  auto client = WebhookClient::Make(std::move(executor), options);
  if (client.ok()) return *std::move(client);
  log::Error("webhooks cannot be asked", {{"why", std::string(client.status().message())}});
  Leave(2);
}

std::unique_ptr<CommandSpeech> MakeSpeech(const asio::any_io_executor& executor,
                                          const std::optional<SpeechOptions>& options) {
  if (!options.has_value()) return nullptr;
  return std::make_unique<CommandSpeech>(executor, *options);
}

}  // namespace

Control::Control(const Config& config, char** argv)
    : argv_(argv),
      front_(
          config, [this] { return State(); }, [this] { return Reported(); },
          [this](const std::vector<std::string>& addresses) { OnNodes(addresses); }),
      keeper_(front_.loop.get_executor(), front_.media, front_.nodes, front_.timers, config.keeper),
      webhooks_(MakeWebhooks(front_.loop.get_executor(), config.webhook)),
      speech_(MakeSpeech(front_.loop.get_executor(), config.speech)),
      make_flow_(
          [this](const CallConfig& settings) { return MakeFlow(settings, *webhooks_, speech_.get()); }),
      context_{front_.loop.get_executor(),
               front_.ari,
               front_.media,
               front_.nodes,
               keeper_,
               front_.timers,
               front_.metrics,
               front_.history,
               front_.ids,
               make_flow_,
               front_.config.call},
      app_(context_, config.app),
      status_callbacks_(*webhooks_),
      api_(front_.loop.get_executor(), config.api.account, ApiPort(), ActionsPort(), front_.timers,
           *front_.registry),
      events_(front_.loop.get_executor(), config.ari, ari::EventStreamLimits(), Handlers()),
      drain_timer_(front_.loop) {}

void Control::Run() {
  const std::string where = front_.Serve();
  const std::string api = ServeApi();
  front_.nodes.set_on_change([this] { CountNodes(); });
  app_.set_on_replaced([this](const std::string& why) { StepAside(why, StartMode::kStandby); });
  keeper_.set_on_fenced([this](const std::string& why) {
    StepAside(why, app_.subscribed() ? StartMode::kStandbyFenced : StartMode::kStandby);
  });
  front_.ari.set_may_send([this] { return HearsAsterisk(); });
  AwaitSignal();
  front_.Start([this] { OnReread(); });
  log::Info("serving", {{"app", front_.config.app.app},
                        {"ari", front_.config.ari.url.ToString()},
                        {"owner", front_.config.media.owner},
                        {"metrics", where},
                        {"api", api}});
  front_.loop.run();
}

api::CallsPort Control::ApiPort() {
  front_.history.set_on_change([this](const CallRecord& record) { status_callbacks_.OnChange(record); });
  return {front_.history,
          [this] { return app_.knows_calls(); },
          [this](const std::string& call_id) { return app_.HangUp(call_id); },
          [this](const std::string& call_id, twiml::Source source) {
            return app_.Redirect(call_id, std::move(source));
          },
          [this](CallOrder order) { return app_.DialOut(std::move(order)); },
          [this](const CallRecord& record, const api::StatusCallback& callback) {
            status_callbacks_.Add(record, callback);
          }};
}

api::ActionsPort Control::ActionsPort() {
  return {front_.history, [this] { return app_.knows_calls(); },
          [this](const std::string& call_id) { return app_.HangUp(call_id); },
          [this](const std::string& call_id, const std::string& number) {
            return app_.Transfer(call_id, number);
          },
          [this](const std::string& call_id, const std::string& digits) {
            return app_.SendDigits(call_id, digits);
          }};
}

std::string Control::ServeApi() {
  const ApiConfig& config = front_.config.api;
  if (config.listen.host.empty()) return "";
  if (const absl::Status listening = api_.Listen(config.listen, config.tls); !listening.ok()) {
    log::Error("cannot listen for the API",
               {{"api_listen", config.listen.ToString()}, {"why", listening.message()}});
    Leave(1);
  }
  return api_.endpoint().ToString();
}

void Control::StepAside(const std::string& why, StartMode mode) {
  log::Info("stepping aside, nothing is undone", {{"why", why}});
  speech_.reset();  // a command that ran on would be a child of the next image, which knows of none
  if (front_.config.stand_by_when_replaced && !draining_) StartAnew(argv_, mode);
  Leave(0);
}

// An instance that receives no data may have been replaced, and its calls then belong to another instance.
// Within this time Asterisk answers a ping: see EventStreamLimits.
bool Control::HearsAsterisk() const {
  return events_.problem().empty() && front_.timers.Now() - events_.heard_at() < kSilence;
}

// Subscribing again would replace an instance that has taken over meanwhile.
asio::awaitable<void> Control::LookForSuccessor() {
  const Clock::Duration silence = front_.timers.Now() - events_.heard_at();
  const std::string successor = co_await app_.epoch().FindSuccessor(silence, front_.config.standby_patience);
  if (!successor.empty()) StepAside(successor, StartMode::kStandby);
}

ServiceState Control::State() const {
  if (draining_) return ServiceState::kDraining;
  return app_.serving() ? ServiceState::kServing : ServiceState::kWaitingForAsterisk;
}

Report::State Control::Reported() const {
  const std::string calls = absl::StrCat(app_.table().size(), " calls");
  switch (State()) {
    case ServiceState::kDraining:
      return {true, absl::StrCat("draining: ", calls)};
    case ServiceState::kServing: {
      const MediaNodes::Counts nodes = front_.nodes.Count();
      return {true, absl::StrCat("serving: ", calls, ", media nodes up: ", nodes.up)};
    }
    default:
      return {false, absl::StrCat("waiting for Asterisk: ", events_.problem(), "; ", calls)};
  }
}

void Control::OnReread() {
  events_.set_access(front_.config.ari);
  const ApiConfig& api = front_.config.api;
  if (!api.listen.host.empty()) api_.set_account(api.account);
  if (!api.tls.cert.empty()) {
    if (const absl::Status status = api_.set_tls(api.tls); !status.ok())
      log::Warning("the API keeps its certificate", {{"why", status.message()}});
  }
  if (const absl::Status status = webhooks_->set_options(front_.config.webhook); !status.ok())
    log::Warning("webhooks keep their CA", {{"why", status.message()}});
}

ari::EventHandlers Control::Handlers() {
  ari::EventHandlers handlers;
  handlers.on_connected = [this] {
    app_.OnConnected();
    asio::co_spawn(front_.loop, WarnOfLateFrames(front_.ari, &warned_of_), asio::detached);
  };
  handlers.on_disconnected = [this](const std::string&) { app_.OnDisconnected(); };
  handlers.on_connect_failed = [this](net::ConnectProblem problem) {
    // The port is closed: Asterisk has ended, and with it every channel. Other failures may be temporary.
    if (problem == net::ConnectProblem::kRefused) app_.OnAsteriskDead();
  };
  handlers.on_event = [this](const ari::Event& event) { app_.OnEvent(event); };
  handlers.before_subscribing = [this] { return LookForSuccessor(); };
  return handlers;
}

void Control::CountNodes() {
  const MediaNodes::Counts counts = front_.nodes.Count();
  front_.metrics.media_nodes_up.Set(static_cast<double>(counts.up));
  front_.metrics.media_nodes_draining.Set(static_cast<double>(counts.draining));
  front_.metrics.media_nodes_down.Set(static_cast<double>(counts.down));
  front_.metrics.media_nodes_not_reached.Set(static_cast<double>(counts.not_reached));
}

void Control::OnNodes(const std::vector<std::string>& addresses) {
  front_.nodes.SetListed(addresses);
  app_.OnNodesListed();
  if (!std::exchange(events_started_, true)) events_.Start();  // adoption needs the list of nodes
}

void Control::AwaitSignal() {
  front_.signals.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    front_.report.manager().Stopping();
    if (signal == SIGUSR1) {
      log::Info("ended by SIGUSR1; calls are left to the next instance", {{"calls", app_.table().size()}});
      Leave(0);
    }
    Drain();
  });
}

void Control::Drain() {
  draining_ = true;
  AwaitSecondSignal();
  log::Info("draining: no new calls",
            {{"calls", app_.table().size()}, {"seconds", front_.config.drain.count() / 1000}});
  app_.Drain([] {
    log::Info("ended; no calls are left");
    Leave(0);
  });
  drain_timer_.expires_after(front_.config.drain);
  drain_timer_.async_wait([this](const boost::system::error_code&) { EndCalls(); });
}

void Control::AwaitSecondSignal() {
  front_.signals.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    log::Warning("ended by a second signal; calls are left to the next instance",
                 {{"calls", app_.table().size()}});
    Leave(1);
  });
}

// Each undo step is bounded by the timeout of its request. What remains after four of them is abandoned.
void Control::EndCalls() {
  log::Warning("drain timeout expired; hanging up all calls", {{"calls", app_.table().size()}});
  app_.EndCalls();
  drain_timer_.expires_after(4 * front_.config.http.timeout);
  drain_timer_.async_wait([this](const boost::system::error_code&) {
    log::Error("ended with calls left", {{"calls", app_.table().size()}});
    Leave(1);
  });
}

}  // namespace benari::control
