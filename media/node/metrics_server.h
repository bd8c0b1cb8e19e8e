#pragma once

#include <prometheus/collectable.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "common/endpoint.h"
#include "common/http/server.h"

namespace benari::media {

// Serves /metrics over HTTP, on a thread of its own, until it is destroyed. Thread-safe.
class MetricsServer {
 public:
  // Port 0: the kernel's choice. UNAVAILABLE: nobody can listen there.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(
      const Endpoint& listen, std::shared_ptr<prometheus::Collectable> metrics);
  ~MetricsServer();

  const Endpoint& endpoint() const { return server_->endpoint(); }  // with the port really bound

 private:
  MetricsServer() = default;

  boost::asio::io_context loop_{1};
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

}  // namespace benari::media
