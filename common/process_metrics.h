#pragma once

#include <prometheus/collectable.h>

#include <string>
#include <utility>
#include <vector>

#include "common/build_info.h"

namespace benari {

// benari_build_info, benari_{service}_log_lines_dropped_total, benari_{service}_tls_not_after_seconds, and
// the process_* metrics of Prometheus client libraries, read from /proc at each request; metrics that cannot
// be read are left out. Thread-safe.
class ProcessMetrics : public prometheus::Collectable {
 public:
  // `tls_cert` is the file of the service's own certificate; empty: none, so no expiry time is reported.
  ProcessMetrics(BuildInfo build, std::string tls_cert)
      : build_(std::move(build)), tls_cert_(std::move(tls_cert)) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const BuildInfo build_;
  const std::string tls_cert_;
};

}  // namespace benari
