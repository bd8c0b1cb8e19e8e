#include "control/ari/connect_failure.h"

#include "absl/strings/str_cat.h"
#include "common/endpoint.h"

namespace benari::control::ari {

using net::ConnectFailure;
using net::ConnectProblem;

namespace {

std::string DescribeStatus(const ConnectFailure& failure, const Access& access) {
  const std::string said = failure.detail.empty() ? "" : absl::StrCat(" (", failure.detail, ")");
  switch (failure.http_status) {
    case 400:
      return absl::StrCat("400 Bad Request", said, ": the application name '", access.app,
                          "' was not accepted");
    case 401:
      return absl::StrCat("401 Unauthorized", said, ": user or password refused: ari.conf [", access.user,
                          "]");
    case 403:
      return absl::StrCat("403 Forbidden", said, ": what user '", access.user,
                          "' may do: ari.conf read_only, http.conf or a proxy's access list");
    case 404:
      return absl::StrCat("404 Not Found", said, ": no ARI at ", access.url.ToString(),
                          ": are res_ari and its modules loaded, ari.conf enabled=yes, and is the path that "
                          "of http.conf's prefix plus /ari?");
    case 503:
      return absl::StrCat("503 Service Unavailable", said, ": Asterisk is still starting, or shutting down");
    default:
      return absl::StrCat("HTTP ", failure.http_status, said, " where ARI was expected");
  }
}

}  // namespace

std::string DescribeConnectFailure(const ConnectFailure& failure, const Access& access) {
  const std::string at = Endpoint(access.url.host, access.url.port).ToString();
  const std::string cas =
      access.ca_file.empty() ? "the system's CAs" : absl::StrCat("CA file ", access.ca_file);
  const std::string other_scheme =
      access.url.tls() ? " (is it plain http there?)" : " (is it https there: http.conf tlsbindaddr?)";
  switch (failure.problem) {
    case ConnectProblem::kNameNotResolved:
      return absl::StrCat("host name '", access.url.host, "' does not resolve: ", failure.detail);
    case ConnectProblem::kRefused:
      return absl::StrCat("nothing listens at ", at, ": is Asterisk running with http.conf enabled=yes, ",
                          access.url.tls() ? "tlsenable=yes, tlsbindaddr?" : "bindaddr, bindport?");
    case ConnectProblem::kNetwork:
      return absl::StrCat("cannot connect to ", at, ": ", failure.detail);
    case ConnectProblem::kForbidden:
      return absl::StrCat("must not connect to ", at, ": ", failure.detail);
    case ConnectProblem::kTlsVerification:
      return absl::StrCat("the certificate of ", at, " is not accepted: ", failure.detail,
                          " (checked against ", cas, " and host name '", access.url.host, "')");
    case ConnectProblem::kTls:
      return absl::StrCat("TLS handshake with ", at, " failed: ", failure.detail, other_scheme);
    case ConnectProblem::kTimeout:
      return absl::StrCat("no answer from ", at, " in time: ", failure.detail);
    case ConnectProblem::kHttpStatus:
      return absl::StrCat(at, " answered ", DescribeStatus(failure, access));
    case ConnectProblem::kNotHttp:
      return absl::StrCat(at, " does not speak HTTP: ", failure.detail, other_scheme);
    case ConnectProblem::kNotWebSocket:
      return absl::StrCat(at, " answered 101, yet not as a WebSocket server: ", failure.detail,
                          ": is res_http_websocket loaded, or a proxy in between?");
    case ConnectProblem::kClosedByServer:
      return absl::StrCat(at, " closed the connection without an answer: ", failure.detail,
                          ": http.conf sessionlimit reached, or not HTTP?", other_scheme);
  }
  return "";
}

}  // namespace benari::control::ari
