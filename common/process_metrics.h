#pragma once

#include <prometheus/collectable.h>

#include <utility>
#include <vector>

#include "common/build_info.h"

namespace benari {

// benari_build_info, benari_{service}_log_lines_dropped_total, and process_* as every Prometheus client
// library has them, from /proc when they are asked for; what /proc does not tell is left out. Thread-safe.
class ProcessMetrics : public prometheus::Collectable {
 public:
  explicit ProcessMetrics(BuildInfo build) : build_(std::move(build)) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const BuildInfo build_;
};

}  // namespace benari
