#pragma once

#include <prometheus/metric_family.h>

#include <limits>
#include <utility>

#include "common/metric_family.h"
#include "media/processor/duration_histogram.h"

namespace benari::media {

// Adds `durations` to `family`, as Prometheus wants a histogram. Pure.
template <const auto& kBounds>
void AddHistogram(const Histogram<kBounds>& durations, MetricLabels labels,
                  prometheus::MetricFamily* family) {
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  prometheus::ClientMetric::Histogram& histogram = metric.histogram;
  for (size_t i = 0; i < durations.counts().size(); ++i) {
    histogram.sample_count += durations.counts()[i];
    const double bound = i < kBounds.size() ? kBounds[i] : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({histogram.sample_count, bound});
  }
  histogram.sample_sum = durations.sum_seconds();
  family->metric.push_back(std::move(metric));
}

}  // namespace benari::media
