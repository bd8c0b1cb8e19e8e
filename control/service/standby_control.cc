#include "control/service/standby_control.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <string>
#include <vector>

#include "common/log.h"
#include "control/service/front.h"
#include "control/service/leave.h"

namespace benari::control {

namespace asio = boost::asio;

StandbyControl::StandbyControl(const Config& config, char** argv)
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

void StandbyControl::Run() {
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

asio::awaitable<void> StandbyControl::TakeOver() {
  co_await standby_.WaitUntilNobodyServes();
  log::Warning("the other instance is gone, taking over", {{"owner", config_.media.owner}});
  StartAnew(argv_, StartMode::kServing);
}

}  // namespace benari::control
