#pragma once

#include <string>

#include "control/ari/access.h"
#include "control/ari/client.h"
#include "control/ari/connect_failure.h"
#include "control/ari/request.h"
#include "control/ari/transport.h"

namespace benari::ari {

// What came of one request on one connection. Pure.
struct HttpAnswer {
  int status = 0;         // 0: no answer that can be read, see `failure`
  std::string body;       // meant only where `complete`
  std::string date;       // as the server wrote it (RFC 7231); may be empty
  bool complete = false;  // the whole answer was read
  bool reusable = false;  // the connection may carry another request
  bool sent_any = false;  // a byte of the request left this process
  bool stale = false;     // the server had closed the connection: no byte of an answer came
  ConnectFailure failure;
};

// The standard's phrase, "Internal Server Error".
std::string ReasonPhrase(int status);

// Sends one HTTP/1.1 request and reads the answer, within limits of header and body size but of no time:
// closing the transport ends it. All three arguments outlive the awaitable.
Awaitable<HttpAnswer> Exchange(Transport& transport, const Access& access, const Request& request);

}  // namespace benari::ari
