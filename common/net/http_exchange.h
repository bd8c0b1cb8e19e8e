#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "common/net/connect_failure.h"
#include "common/net/transport.h"

namespace benari::net {

// Pure.
struct HttpRequest {
  std::string method;  // "POST"
  std::string target;  // "/ari/channels?x=y", percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// The result of one request on one connection. Pure.
struct HttpAnswer {
  int status = 0;          // 0: no valid response, see `failure`
  std::string body;        // valid only if `complete`
  std::string date;        // the Date header as it is (RFC 7231); may be empty
  bool complete = false;   // the whole response was read
  bool too_large = false;  // the body exceeds `max_body_bytes`
  bool reusable = false;   // the connection may carry another request
  bool sent_any = false;   // a byte of the request left this process
  bool stale = false;      // the server had closed the connection: no byte of a response was received
  ConnectFailure failure;
};

// Returns the standard's reason phrase, such as "Internal Server Error".
std::string ReasonPhrase(int status);

// Sends one HTTP/1.1 request and reads the response. Header and body size are limited, the time is not:
// closing the transport aborts it. The transport and the request outlive the awaitable.
boost::asio::awaitable<HttpAnswer> Exchange(Transport& transport, const HttpRequest& request,
                                            size_t max_body_bytes);

}  // namespace benari::net
