#include "common/http/message.h"

#include <nlohmann/json.hpp>

namespace benari::http {

Reply ErrorReply(int status, const std::string& what) {
  const nlohmann::json error = {{"error", what}};
  Reply reply;
  reply.status = status;
  reply.body = error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return reply;
}

}  // namespace benari::http
