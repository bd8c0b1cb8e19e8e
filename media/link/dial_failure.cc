#include "media/link/dial_failure.h"

#include "absl/strings/str_cat.h"
#include "common/endpoint.h"
#include "common/net/http_exchange.h"

namespace benari::media {

using net::ConnectFailure;
using net::ConnectProblem;

namespace {

std::string DescribeStatus(int status) {
  const std::string text = absl::StrCat("answered ", status, " ", net::ReasonPhrase(status));
  if (status == 401 || status == 403) return absl::StrCat(text, ": are its credential and its path right?");
  if (status == 404) return absl::StrCat(text, ": is the path of the URL right?");
  if (status / 100 == 3) return absl::StrCat(text, ": redirects are not followed");
  return absl::StrCat(text, " where a WebSocket was expected");
}

}  // namespace

std::string DescribeDialFailure(const ConnectFailure& failure, const net::Url& url) {
  const std::string at = Endpoint(url.host, url.port).ToString();
  switch (failure.problem) {
    case ConnectProblem::kNameNotResolved:
      return absl::StrCat("host name '", url.host, "' does not resolve: ", failure.detail);
    case ConnectProblem::kRefused:
      return absl::StrCat("nothing listens at ", at);
    case ConnectProblem::kNetwork:
      return absl::StrCat("cannot connect to ", at, ": ", failure.detail);
    case ConnectProblem::kForbidden:
      return absl::StrCat(at, " is ", failure.detail, ", which --bot_allow does not allow");
    case ConnectProblem::kTlsVerification:
      return absl::StrCat("the certificate of ", at, " is not accepted: ", failure.detail,
                          " (see --bot_tls_ca_file)");
    case ConnectProblem::kTls:
      return absl::StrCat("TLS handshake with ", at, " failed: ", failure.detail,
                          url.tls() ? " (is it ws:// there?)" : "");
    case ConnectProblem::kTimeout:
      return absl::StrCat("no answer from ", at, " in time: ", failure.detail);
    case ConnectProblem::kHttpStatus:
      return absl::StrCat(at, " ", DescribeStatus(failure.http_status));
    case ConnectProblem::kNotHttp:
      return absl::StrCat(at, " does not speak HTTP: ", failure.detail,
                          url.tls() ? "" : " (is it wss:// there?)");
    case ConnectProblem::kNotWebSocket:
      return absl::StrCat(at, " answered 101, yet not as a WebSocket server: ", failure.detail);
    case ConnectProblem::kClosedByServer:
      return absl::StrCat(at, " closed the connection without an answer");
  }
  return "";
}

BotDialFailure ReasonOf(const ConnectFailure& failure) {
  switch (failure.problem) {
    case ConnectProblem::kNameNotResolved:
      return BotDialFailure::kNameNotResolved;
    case ConnectProblem::kRefused:
      return BotDialFailure::kRefused;
    case ConnectProblem::kTlsVerification:
      return BotDialFailure::kCertificate;
    case ConnectProblem::kTls:
      return BotDialFailure::kTls;
    case ConnectProblem::kTimeout:
      return BotDialFailure::kTimeout;
    case ConnectProblem::kHttpStatus:
      return BotDialFailure::kHttpStatus;
    case ConnectProblem::kNotHttp:
      return BotDialFailure::kNotHttp;
    case ConnectProblem::kNotWebSocket:
      return BotDialFailure::kNotWebSocket;
    case ConnectProblem::kClosedByServer:
      return BotDialFailure::kClosed;
    case ConnectProblem::kNetwork:
    case ConnectProblem::kForbidden:
      break;
  }
  return BotDialFailure::kNetwork;
}

bool MayPass(const ConnectFailure& failure) {
  if (failure.problem == ConnectProblem::kTlsVerification) return false;
  if (failure.problem != ConnectProblem::kHttpStatus) return true;
  const int status = failure.http_status;
  if (status == 408 || status == 425 || status == 429) return true;
  return status / 100 != 3 && status / 100 != 4;
}

}  // namespace benari::media
