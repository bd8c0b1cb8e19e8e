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
      return absl::StrCat("400 Bad Request", said, ": the application name --app=", access.app,
                          " was not accepted");
    case 401:
      return absl::StrCat("401 Unauthorized", said, ": user or password refused: look at ",
                          SettingsToLookAt(failure.http_status, access));
    case 403:
      return absl::StrCat("403 Forbidden", said, ": look at ", SettingsToLookAt(failure.http_status, access));
    case 404:
      return absl::StrCat("404 Not Found", said, ": no ARI there: look at ",
                          SettingsToLookAt(failure.http_status, access));
    case 503:
      return absl::StrCat("503 Service Unavailable", said, ": Asterisk is still starting, or shutting down");
    default:
      return absl::StrCat("HTTP ", failure.http_status, said, " where ARI was expected");
  }
}

}  // namespace

std::string SettingsToLookAt(int http_status, const Access& access) {
  switch (http_status) {
    case 401:
      return absl::StrCat("--ari_user=", access.user, " and --ari_password_file (or BENARI_ARI_PASSWORD); [",
                          access.user, "] in Asterisk's ari.conf");
    case 403:
      return absl::StrCat("--ari_user=", access.user, "; read_only in [", access.user,
                          "] of Asterisk's ari.conf, http.conf, or a proxy's access list");
    case 404:
      return absl::StrCat("--ari_url=", access.url.ToString(),
                          "; prefix in Asterisk's http.conf, enabled in ari.conf, res_ari in modules.conf");
    default:
      return absl::StrCat("--ari_url=", access.url.ToString());
  }
}

std::string DescribeConnectFailure(const ConnectFailure& failure, const Access& access) {
  const std::string at = Endpoint(access.url.host, access.url.port).ToString();
  const std::string cas = access.ca_file.empty() ? "the system's CAs, without --ari_ca_file,"
                                                 : absl::StrCat("--ari_ca_file=", access.ca_file);
  const std::string url = absl::StrCat(": look at --ari_url=", access.url.ToString());
  const std::string other_scheme = absl::StrCat(
      url, access.url.tls() ? " (is it plain http there?)" : " (is it https there: http.conf tlsbindaddr?)");
  switch (failure.problem) {
    case ConnectProblem::kNameNotResolved:
      return absl::StrCat("host name '", access.url.host, "' does not resolve: ", failure.detail, url);
    case ConnectProblem::kRefused:
      return absl::StrCat("nothing listens at ", at, url, "; enabled, ",
                          access.url.tls() ? "tlsenable and tlsbindaddr" : "bindaddr and bindport",
                          " in Asterisk's http.conf");
    case ConnectProblem::kNetwork:
      return absl::StrCat("cannot connect to ", at, ": ", failure.detail, url);
    case ConnectProblem::kForbidden:
      return absl::StrCat("must not connect to ", at, ": ", failure.detail);
    case ConnectProblem::kTlsVerification:
      return absl::StrCat("the certificate of ", at, " is not accepted: ", failure.detail,
                          " (checked against ", cas, " and host name '", access.url.host, "')");
    case ConnectProblem::kTls:
      return absl::StrCat("TLS handshake with ", at, " failed: ", failure.detail, other_scheme);
    case ConnectProblem::kTimeout:
      return absl::StrCat("no answer from ", at, " in time: ", failure.detail, url);
    case ConnectProblem::kHttpStatus:
      return absl::StrCat(at, " answered ", DescribeStatus(failure, access));
    case ConnectProblem::kNotHttp:
      return absl::StrCat(at, " does not speak HTTP: ", failure.detail, other_scheme);
    case ConnectProblem::kNotWebSocket:
      return absl::StrCat(at, " answered 101, yet not as a WebSocket server: ", failure.detail,
                          ": is res_http_websocket loaded, or a proxy in between?");
    case ConnectProblem::kClosedByServer:
      return absl::StrCat(at, " closed the connection without an answer: ", failure.detail,
                          ": http.conf sessionlimit reached, or not HTTP", other_scheme);
  }
  return "";
}

}  // namespace benari::control::ari
