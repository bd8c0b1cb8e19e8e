#pragma once

#include <prometheus/collectable.h>

#include <memory>
#include <vector>

#include "common/http/message.h"

namespace benari {

// The response to GET /metrics in Prometheus' text format 0.0.4. Thread-safe if the collectables are.
http::Reply MetricsReply(const std::vector<std::shared_ptr<prometheus::Collectable>>& collectables);

}  // namespace benari
