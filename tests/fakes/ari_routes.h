#pragma once

#include <map>
#include <string>

#include "tests/fakes/asterisk_model.h"

// ARI's REST interface over the model: paths and parameters in, status and JSON out. Pure.
namespace benari::fakes {

struct HttpRequest {
  std::string method;
  std::string target;  // "/ari/channels?x=y"
  std::string authorization;
  std::string content_type;
  std::string body;
};

struct HttpReply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  bool challenge = false;  // asks for Basic credentials
};

// A target in its parts, percent-decoded.
struct Target {
  std::string path;
  std::map<std::string, std::string> query;
};
Target ParseTarget(const std::string& target);

// Answers everything under /ari but the event WebSocket. Credentials were checked before.
HttpReply Route(AsteriskModel& model, const HttpRequest& request);

HttpReply MessageReply(int status, const std::string& message);

}  // namespace benari::fakes
