#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "media/processor/bot/totals.h"

namespace benari::media {

// Adds the metrics of the bots of all workers. Pure.
void AddBots(const BotTotals& totals, std::vector<prometheus::MetricFamily>* families);

}  // namespace benari::media
