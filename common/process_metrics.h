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
  // `tls_certs` are the files of the service's own certificates, of which that is reported which expires
  // first; those that are empty are left out.
  ProcessMetrics(BuildInfo build, std::vector<std::string> tls_certs)
      : build_(std::move(build)), tls_certs_(std::move(tls_certs)) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const BuildInfo build_;
  const std::vector<std::string> tls_certs_;
};

}  // namespace benari
