#pragma once

#include <string>

#include "control/ari/access.h"

namespace benari::ari {

enum class ConnectProblem {
  kNameNotResolved,
  kRefused,          // TCP: nobody listens
  kNetwork,          // TCP: any other reason, in `detail`
  kTlsVerification,  // the certificate is not believed; `detail` says why, in OpenSSL's words
  kTls,              // any other failure of the TLS handshake
  kTimeout,
  kHttpStatus,     // an answer other than the wanted one: see http_status
  kNotHttp,        // bytes that are no HTTP answer
  kNotWebSocket,   // an HTTP 101 that is no WebSocket handshake
  kClosedByServer  // before the answer was there
};

// Pure.
struct ConnectFailure {
  ConnectProblem problem = ConnectProblem::kNetwork;
  std::string detail;
  int http_status = 0;
};

// One line for whoever must repair it: what was seen, and which setting to look at.
std::string DescribeConnectFailure(const ConnectFailure& failure, const Access& access);

}  // namespace benari::ari
