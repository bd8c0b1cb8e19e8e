#include "control/service/standby_control.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string>
#include <vector>

#include "common/log.h"
#include "control/service/leave.h"

namespace benari::control {

namespace asio = boost::asio;

StandbyControl::StandbyControl(const Config& config, char** argv)
    : argv_(argv),
      front_(
          config, [] { return ServiceState::kStandingBy; },
          [] {
            return Report::State{true, "standing by: another instance serves"};
          },
          [this](const std::vector<std::string>& addresses) { front_.nodes.SetListed(addresses); }),
      standby_(front_.loop.get_executor(), front_.media, front_.ari, front_.nodes, front_.timers,
               {config.standby_patience, config.fenced, config.app.app, config.keeper.interval}) {}

void StandbyControl::Run() {
  front_.metrics.standby.Set(1);
  const std::string where = front_.Serve();
  front_.signals.async_wait([this](const boost::system::error_code&, int) {
    front_.report.manager().Stopping();
    log::Info("ended while standing by");
    Leave(0);
  });
  front_.Start(/*on_reread=*/nullptr);
  asio::co_spawn(front_.loop, TakeOver(), asio::detached);
  log::Info("standing by",
            {{"app", front_.config.app.app}, {"owner", front_.config.media.owner}, {"metrics", where}});
  front_.loop.run();
}

asio::awaitable<void> StandbyControl::TakeOver() {
  co_await standby_.WaitUntilNobodyServes();
  log::Warning("the other instance is gone, taking over", {{"owner", front_.config.media.owner}});
  StartAnew(argv_, StartMode::kServing);
}

}  // namespace benari::control
