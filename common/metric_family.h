#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <vector>

// Metric families of values that are read at the time of the request, as in a prometheus::Collectable. Pure.
namespace benari {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

prometheus::MetricFamily NewFamily(const char* name, const char* help, prometheus::MetricType type);
// Appends one value of a counter or gauge.
void AddValue(double value, MetricLabels labels, prometheus::MetricFamily* family);

prometheus::MetricFamily GaugeFamily(const char* name, const char* help, double value);
prometheus::MetricFamily CounterFamily(const char* name, const char* help, double value);

}  // namespace benari
