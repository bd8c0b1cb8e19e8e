#include "control/ari/connect_failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace benari::control::ari {
namespace {

using net::ConnectFailure;
using net::ConnectProblem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Describe(const char* url, ConnectProblem problem, int status, const char* detail,
                     const char* ca_file = "") {
  Access access;
  access.url = MakeAccess(url, "u", "p", "a", "")->url;
  access.user = "benari";
  access.password = "geheim";
  access.app = "voicebot1";
  access.ca_file = ca_file;
  ConnectFailure failure;
  failure.problem = problem;
  failure.http_status = status;
  failure.detail = detail;
  return DescribeConnectFailure(failure, access);
}

TEST(DescribeConnectFailure, SaysWhatToLookAt) {
  constexpr char kHttp[] = "http://127.0.0.1:8088/ari";
  constexpr char kHttps[] = "https://pbx.example:8089/ari";
  using P = ConnectProblem;
  const struct {
    const char* url;
    ConnectProblem problem;
    int status;
    const char* detail;
    const char* line;
  } kTable[] = {
      {kHttp, P::kRefused, 0, "",
       "nothing listens at 127.0.0.1:8088: look at --ari_url=http://127.0.0.1:8088/ari; enabled, bindaddr "
       "and "
       "bindport in Asterisk's http.conf"},
      {kHttps, P::kRefused, 0, "",
       "nothing listens at pbx.example:8089: look at --ari_url=https://pbx.example:8089/ari; enabled, "
       "tlsenable "
       "and tlsbindaddr in Asterisk's http.conf"},
      {kHttps, P::kNameNotResolved, 0, "Host not found",
       "host name 'pbx.example' does not resolve: Host not found: look at "
       "--ari_url=https://pbx.example:8089/ari"},
      {kHttp, P::kNetwork, 0, "No route to host",
       "cannot connect to 127.0.0.1:8088: No route to host: look at --ari_url=http://127.0.0.1:8088/ari"},
      {kHttps, P::kTlsVerification, 0, "hostname mismatch",
       "the certificate of pbx.example:8089 is not accepted: hostname mismatch (checked against the system's "
       "CAs, without --ari_ca_file, and host name 'pbx.example')"},
      {kHttps, P::kTls, 0, "wrong version number",
       "TLS handshake with pbx.example:8089 failed: wrong version number: look at "
       "--ari_url=https://pbx.example:8089/ari (is it plain http there?)"},
      {kHttp, P::kTimeout, 0, "no connection within 5000 ms",
       "no answer from 127.0.0.1:8088 in time: no connection within 5000 ms: look at "
       "--ari_url=http://127.0.0.1:8088/ari"},
      {kHttp, P::kNotHttp, 0, "bad version",
       "127.0.0.1:8088 does not speak HTTP: bad version: look at --ari_url=http://127.0.0.1:8088/ari (is it "
       "https there: http.conf tlsbindaddr?)"},
      {kHttp, P::kNotWebSocket, 0, "bad accept",
       "127.0.0.1:8088 answered 101, yet not as a WebSocket server: bad accept: is res_http_websocket "
       "loaded, or a "
       "proxy in between?"},
      {kHttp, P::kClosedByServer, 0, "end of stream",
       "127.0.0.1:8088 closed the connection without an answer: end of stream: http.conf sessionlimit "
       "reached, or "
       "not HTTP: look at --ari_url=http://127.0.0.1:8088/ari (is it https there: http.conf tlsbindaddr?)"},
      {kHttp, P::kHttpStatus, 400, "",
       "127.0.0.1:8088 answered 400 Bad Request: the application name --app=voicebot1 was not accepted"},
      {kHttp, P::kHttpStatus, 401, "Authentication required",
       "127.0.0.1:8088 answered 401 Unauthorized (Authentication required): user or password refused: "
       "look at --ari_user=benari and --ari_password_file (or BENARI_ARI_PASSWORD); [benari] in Asterisk's "
       "ari.conf"},
      {kHttp, P::kHttpStatus, 403, "",
       "127.0.0.1:8088 answered 403 Forbidden: look at --ari_user=benari; read_only in [benari] of "
       "Asterisk's "
       "ari.conf, http.conf, or a proxy's access list"},
      {kHttp, P::kHttpStatus, 404, "",
       "127.0.0.1:8088 answered 404 Not Found: no ARI there: look at --ari_url=http://127.0.0.1:8088/ari; "
       "prefix "
       "in Asterisk's http.conf, enabled in ari.conf, res_ari in modules.conf"},
      {kHttp, P::kHttpStatus, 503, "Asterisk not booted",
       "127.0.0.1:8088 answered 503 Service Unavailable (Asterisk not booted): Asterisk is still starting, "
       "or "
       "shutting down"},
      {kHttp, P::kHttpStatus, 302, "", "127.0.0.1:8088 answered HTTP 302 where ARI was expected"},
  };
  for (const auto& row : kTable) EXPECT_EQ(Describe(row.url, row.problem, row.status, row.detail), row.line);
}

TEST(DescribeConnectFailure, NamesTheCaFileAndNoPassword) {
  const std::string line = Describe("https://pbx", ConnectProblem::kTlsVerification, 0, "x", "/etc/ca.pem");
  EXPECT_THAT(line, HasSubstr("--ari_ca_file=/etc/ca.pem"));
  EXPECT_THAT(Describe("http://pbx", ConnectProblem::kHttpStatus, 401, ""), Not(HasSubstr("geheim")));
}

}  // namespace
}  // namespace benari::control::ari
