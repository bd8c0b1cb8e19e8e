#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/endpoint.h"

namespace benari::e2e {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

struct HttpQuery {
  std::string method = "GET";
  Endpoint server;   // host is an IPv4 address
  std::string path;  // with its query
  std::string user;  // empty: no authorization
  std::string password;
};

// One request on a connection of its own; blocks, at most ten seconds for each read.
absl::StatusOr<HttpAnswer> Http(const HttpQuery& query);

}  // namespace benari::e2e
