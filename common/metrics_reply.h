#pragma once

#include <prometheus/collectable.h>

#include <memory>
#include <vector>

#include "common/http/message.h"
#include "common/metric_family.h"

namespace benari {

// The response to GET /metrics in Prometheus' text format 0.0.4; each series has `labels` after its own.
// Thread-safe if the collectables are.
http::Reply MetricsReply(const std::vector<std::shared_ptr<prometheus::Collectable>>& collectables,
                         const MetricLabels& labels = {});

}  // namespace benari
