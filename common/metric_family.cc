#include "common/metric_family.h"

#include <utility>

namespace benari {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily NewFamily(const char* name, const char* help, MetricType type) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

void AddValue(double value, MetricLabels labels, MetricFamily* family) {
  prometheus::ClientMetric metric;
  metric.label = std::move(labels);
  if (family->type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family->metric.push_back(std::move(metric));
}

MetricFamily GaugeFamily(const char* name, const char* help, double value) {
  MetricFamily family = NewFamily(name, help, MetricType::Gauge);
  AddValue(value, {}, &family);
  return family;
}

MetricFamily CounterFamily(const char* name, const char* help, double value) {
  MetricFamily family = NewFamily(name, help, MetricType::Counter);
  AddValue(value, {}, &family);
  return family;
}

}  // namespace benari
