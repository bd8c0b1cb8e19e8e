#include "control/service/front.h"

#include <csignal>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/build_info.h"
#include "common/log.h"
#include "common/process_metrics.h"
#include "control/service/leave.h"

namespace benari::control {

namespace {

std::string NewInstance() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
}

About AboutUs(const Config& config) {
  return {config.app.app,       config.media.owner, ThisBuild("control").version, config.ari.url.ToString(),
          config.app.max_calls, NewInstance()};
}

MediaNodes::Listing ListingOf(const MediaTargets& targets) {
  return targets.dns.host.empty() ? MediaNodes::Listing::kFixed : MediaNodes::Listing::kLookedUp;
}

ari::RequestHook CountRequests(Metrics& metrics) {
  return [&metrics](absl::string_view operation, absl::string_view code, std::chrono::nanoseconds duration) {
    metrics.AriRequest(std::string(operation), std::string(code),
                       std::chrono::duration<double>(duration).count());
  };
}

ari::LoadHook ShowLoad(Metrics& metrics) {
  return [&metrics](size_t waiting, size_t connections) {
    metrics.ari_waiting.Set(static_cast<double>(waiting));
    metrics.ari_connections.Set(static_cast<double>(connections));
  };
}

}  // namespace

Front::Front(const Config& c, std::function<ServiceState()> state, std::function<Report::State()> reported,
             NodeResolver::OnNodes on_nodes)
    : config(c),
      ids(config.media.owner),
      timers(loop.get_executor()),
      registry(std::make_shared<prometheus::Registry>()),
      metrics(*registry),
      ari(loop.get_executor(), config.ari, config.http, CountRequests(metrics), ShowLoad(metrics)),
      media(loop.get_executor(), config.media, timers),
      nodes(ListingOf(config.media_targets)),
      resolver(loop.get_executor(), config.media_targets, std::move(on_nodes)),
      stats(loop.get_executor(), media, nodes, timers, ids),
      peers(loop.get_executor(), config.peers, timers),
      view(AboutUs(config), {history, nodes, stats, peers, timers, std::move(state)}),
      site(loop.get_executor(), view, stats, peers, registry),
      report(loop, std::move(reported)),
      signals(loop, SIGTERM, SIGINT, SIGUSR1),
      hang_ups_(loop, SIGHUP) {}

std::string Front::Serve() {
  const Endpoint& listen = config.metrics_listen;
  if (listen.host.empty()) return "";
  std::vector<std::string> hosts = config.metrics_hosts;
  hosts.push_back(listen.host);
  site.set_hosts(std::move(hosts));
  site.AddMetrics(std::make_shared<ProcessMetrics>(
      ThisBuild("control"), std::vector<std::string>{config.media.tls.cert, config.api.tls.cert}));
  if (const absl::Status listening = site.Listen(listen); !listening.ok()) {
    log::Error("cannot listen for HTTP",
               {{"metrics_listen", listen.ToString()}, {"why", listening.message()}});
    Leave(1);
  }
  return site.endpoint().ToString();
}

void Front::Start(std::function<void()> on_reread) {
  on_reread_ = std::move(on_reread);
  AwaitHangUp();
  TakeSignals();
  report.Start();
  resolver.Start();
}

void Front::AwaitHangUp() {
  hang_ups_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    report.manager().Reloading();
    ReadAgain();
    report.manager().Reloaded();
    AwaitHangUp();
  });
}

void Front::ReadAgain() {
  WarnOfChangedSettings(config.settings_files);
  const std::vector<std::string> mistakes = ReadSecretsAgain(&config);
  for (const std::string& why : mistakes) {
    log::Warning("SIGHUP: credentials and certificates stay as they were", {{"why", why}});
  }
  if (!mistakes.empty()) return;
  ari.set_access(config.ari);
  if (on_reread_) on_reread_();
  log::Info("SIGHUP: credentials and certificates were read again",
            {{"files", absl::StrJoin(SecretFiles(), ",")}});
}

}  // namespace benari::control
