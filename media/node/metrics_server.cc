#include "media/node/metrics_server.h"

#include <pthread.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/metrics_reply.h"

namespace benari::media {

namespace asio = boost::asio;

namespace {

using Collectables = std::vector<std::shared_ptr<prometheus::Collectable>>;

asio::awaitable<http::Reply> Answer(const Collectables& metrics, std::string path) {
  if (path != "/metrics")
    co_return http::ErrorReply(404, absl::StrCat("nothing is at '", path, "'; there is /metrics"));
  co_return MetricsReply(metrics);
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const Endpoint& listen, std::shared_ptr<prometheus::Collectable> metrics) {
  std::unique_ptr<MetricsServer> self(new MetricsServer);
  http::Handler handler = [metrics = Collectables{std::move(metrics)}](http::Request request) {
    return Answer(metrics, std::move(request.path));
  };
  auto server =
      http::Server::Start(self->loop_.get_executor(), listen, http::Limits(), std::move(handler), {});
  if (!server.ok()) {
    return absl::UnavailableError(absl::StrCat("cannot serve metrics on --metrics_listen=", listen.ToString(),
                                               ": ", server.status().message()));
  }
  self->server_ = *std::move(server);
  self->thread_ = std::thread([loop = &self->loop_] {
    pthread_setname_np(pthread_self(), "metrics");
    loop->run();
  });
  return self;
}

MetricsServer::~MetricsServer() {
  loop_.stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace benari::media
