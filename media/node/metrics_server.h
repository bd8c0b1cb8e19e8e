#pragma once

#include <prometheus/collectable.h>

#include <memory>

#include "absl/status/statusor.h"
#include "common/endpoint.h"

namespace prometheus {
class Exposer;
}

namespace benari::media {

// Serves /metrics over HTTP until it is destroyed. Thread-safe.
class MetricsServer {
 public:
  // Port 0: the kernel's choice. UNAVAILABLE: nobody can listen there.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(
      const Endpoint& listen, std::shared_ptr<prometheus::Collectable> metrics);
  ~MetricsServer();

  const Endpoint& endpoint() const { return endpoint_; }  // with the port really bound

 private:
  MetricsServer(const Endpoint& listen, std::shared_ptr<prometheus::Collectable> metrics);

  const std::shared_ptr<prometheus::Collectable> metrics_;
  std::unique_ptr<prometheus::Exposer> exposer_;
  Endpoint endpoint_;
};

}  // namespace benari::media
