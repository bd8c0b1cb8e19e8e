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

// The HTTP site of control, which is read-only: the live page, its data as JSON, and the metrics. Confined to
// the control loop.
class Site {
 public:
  // The references outlive it.
  Site(boost::asio::any_io_executor executor, const LiveView& view, MediaStats& stats, Peers& peers,
       std::shared_ptr<prometheus::Registry> registry);

  // Adds metrics to those of the registry.
  void AddMetrics(std::shared_ptr<prometheus::Collectable> metrics) {
    metrics_.push_back(std::move(metrics));
  }
  // Sets the names that a Host header may have in addition to those that http::MayAnswerHost accepts.
  void set_hosts(std::vector<std::string> hosts) { hosts_ = std::move(hosts); }
  // UNAVAILABLE: the address cannot be listened on.
  absl::Status Listen(const Endpoint& listen, http::Limits limits = {});
  const Endpoint& endpoint() const {
    return server_->endpoint();
  }  // after Listen, with the port really bound

  // Never throws. An answer with sessions waits for the media nodes, one with peers for them, within their
  // timeouts.
  boost::asio::awaitable<http::Reply> Answer(http::Request request);

 private:
  http::Reply Events();

  const boost::asio::any_io_executor executor_;
  const LiveView& view_;
  MediaStats& stats_;
  Peers& peers_;
  const std::shared_ptr<prometheus::Registry> registry_;
  std::vector<std::shared_ptr<prometheus::Collectable>> metrics_;  // all that are served
  std::vector<std::string> hosts_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace benari::control
