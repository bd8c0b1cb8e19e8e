#pragma once

#include <string>

namespace benari::net {

enum class ConnectProblem {
  kNameNotResolved,
  kRefused,          // TCP: connection refused
  kNetwork,          // TCP: any other reason, in `detail`
  kForbidden,        // Remote::may_connect accepts no address of the server; `detail` is the first one
  kTlsVerification,  // the certificate is not accepted; `detail` is OpenSSL's message
  kTls,              // any other failure of the TLS handshake
  kTimeout,
  kHttpStatus,     // a response with another status than the expected one: see http_status
  kNotHttp,        // bytes that are no HTTP response
  kNotWebSocket,   // an HTTP 101 that is no WebSocket handshake
  kClosedByServer  // before the response was complete
};

// Why a server could not be reached, or did not respond as expected. Pure.
struct ConnectFailure {
  ConnectProblem problem = ConnectProblem::kNetwork;
  std::string detail;
  int http_status = 0;
};

}  // namespace benari::net
