#pragma once

#include <prometheus/collectable.h>

#include <memory>
#include <vector>

#include "common/http/message.h"

namespace benari {

// What GET /metrics is answered: the text format of Prometheus 0.0.4. Thread-safe if the collectables are.
http::Reply MetricsReply(const std::vector<std::shared_ptr<prometheus::Collectable>>& collectables);

}  // namespace benari
