#include "control/service/front.h"

#include <memory>
#include <utility>
#include <vector>

#include "common/build_info.h"
#include "common/log.h"
#include "common/process_metrics.h"
#include "control/service/leave.h"

namespace benari::control {

namespace asio = boost::asio;

About AboutUs(const Config& config) {
  return {config.app.app, config.media.owner, ThisBuild("control").version, config.ari.url.ToString(),
          config.app.max_calls};
}

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

void SayHangUps(asio::signal_set& hang_ups) {
  hang_ups.async_wait([&hang_ups](const boost::system::error_code& error, int) {
    if (error) return;
    log::Info("SIGHUP is ignored: flags are read at the start only");
    SayHangUps(hang_ups);
  });
}

}  // namespace benari::control
