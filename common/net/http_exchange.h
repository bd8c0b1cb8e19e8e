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

// What came of one request on one connection. Pure.
struct HttpAnswer {
  int status = 0;          // 0: no answer that can be read, see `failure`
  std::string body;        // meant only where `complete`
  std::string date;        // as the server wrote it (RFC 7231); may be empty
  bool complete = false;   // the whole answer was read
  bool too_large = false;  // more of a body than `max_body_bytes`
  bool reusable = false;   // the connection may carry another request
  bool sent_any = false;   // a byte of the request left this process
  bool stale = false;      // the server had closed the connection: no byte of an answer came
  ConnectFailure failure;
};

// The standard's phrase, "Internal Server Error".
std::string ReasonPhrase(int status);

// Sends one HTTP/1.1 request and reads the answer, within limits of header and body size but of no time:
// closing the transport ends it. The transport and the request outlive the awaitable.
boost::asio::awaitable<HttpAnswer> Exchange(Transport& transport, const HttpRequest& request,
                                            size_t max_body_bytes);

}  // namespace benari::net
