#pragma once

#include <prometheus/collectable.h>

#include <string>
#include <utility>
#include <vector>

#include "common/process_metrics.h"
#include "media/io/worker_pool.h"
#include "media/lease/session_registry.h"
#include "media/rpc/watch_hub.h"

namespace benari::media {

// The node's metrics, put together when they are asked for; nothing is counted twice. Thread-safe.
class Metrics : public prometheus::Collectable {
 public:
  // The references outlive it.
  // `tls_cert`: the file of the certificate served with; empty: none.
  Metrics(const SessionRegistry& registry, const WatchHub& hub, WorkerPool& pool, BuildInfo build,
          std::string tls_cert)
      : registry_(registry), hub_(hub), pool_(pool), process_(std::move(build), {std::move(tls_cert)}) {}

  // Waits for the workers for a second at most; without them, their families are missing.
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const SessionRegistry& registry_;
  const WatchHub& hub_;
  WorkerPool& pool_;
  const ProcessMetrics process_;
};

}  // namespace benari::media
