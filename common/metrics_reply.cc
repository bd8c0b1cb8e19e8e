#include "common/metrics_reply.h"

#include <prometheus/text_serializer.h>

namespace benari {

http::Reply MetricsReply(const std::vector<std::shared_ptr<prometheus::Collectable>>& collectables,
                         const MetricLabels& labels) {
  http::Reply reply;
  reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
  for (const auto& each : collectables) {
    std::vector<prometheus::MetricFamily> families = each->Collect();
    for (prometheus::MetricFamily& family : families) {
      for (prometheus::ClientMetric& metric : family.metric)
        metric.label.insert(metric.label.end(), labels.begin(), labels.end());
    }
    reply.body += prometheus::TextSerializer().Serialize(families);
  }
  return reply;
}

}  // namespace benari
