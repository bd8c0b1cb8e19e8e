#pragma once

#include <prometheus/collectable.h>
#include <prometheus/registry.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/http/message.h"
#include "common/http/server.h"
#include "control/http/live_view.h"

namespace benari::control {

// All that control serves over HTTP, read-only: the page, what it shows as JSON, and the metrics. Confined to
// the control loop.
class Site {
 public:
  // Everything that is passed outlives it.
  Site(boost::asio::any_io_executor executor, const LiveView& view, MediaStats& stats,
       std::shared_ptr<prometheus::Registry> registry);

  // Beside those of the registry.
  void AddMetrics(std::shared_ptr<prometheus::Collectable> metrics) {
    metrics_.push_back(std::move(metrics));
  }
  // Names that a Host header may have beside what http::MayAnswerHost lets pass.
  void set_hosts(std::vector<std::string> hosts) { hosts_ = std::move(hosts); }
  // UNAVAILABLE: nobody can listen there.
  absl::Status Listen(const Endpoint& listen, http::Limits limits = {});
  const Endpoint& endpoint() const {
    return server_->endpoint();
  }  // after Listen, with the port really bound

  // Never throws. Takes as long as media nodes may take to answer where it tells of sessions.
  boost::asio::awaitable<http::Reply> Answer(http::Request request);

 private:
  http::Reply Events();

  const boost::asio::any_io_executor executor_;
  const LiveView& view_;
  MediaStats& stats_;
  const std::shared_ptr<prometheus::Registry> registry_;
  std::vector<std::shared_ptr<prometheus::Collectable>> metrics_;  // all that are served
  std::vector<std::string> hosts_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace benari::control
