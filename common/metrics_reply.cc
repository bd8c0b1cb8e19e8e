#include "common/metrics_reply.h"

#include <prometheus/text_serializer.h>

namespace benari {

http::Reply MetricsReply(const std::vector<std::shared_ptr<prometheus::Collectable>>& collectables) {
  http::Reply reply;
  reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
  for (const auto& each : collectables) reply.body += prometheus::TextSerializer().Serialize(each->Collect());
  return reply;
}

}  // namespace benari
