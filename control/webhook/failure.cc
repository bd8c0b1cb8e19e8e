#include "control/webhook/failure.h"

#include "absl/strings/str_cat.h"
#include "common/endpoint.h"

namespace benari::control {

using net::ConnectProblem;

namespace {

std::string DescribeStatus(int status) {
  const std::string text = absl::StrCat("answered ", status, " ", net::ReasonPhrase(status));
  if (status / 100 == 3) return absl::StrCat(text, ": redirects are not followed");
  if (status == 401 || status == 403)
    return absl::StrCat(text, ": does --webhook_auth_token_file hold the token that it checks?");
  if (status == 404) return absl::StrCat(text, ": is the path of the URL right?");
  return text;
}

std::string DescribeProblem(const net::ConnectFailure& failure, const net::Url& url) {
  switch (failure.problem) {
    case ConnectProblem::kNameNotResolved:
      return absl::StrCat("its name does not resolve: ", failure.detail);
    case ConnectProblem::kRefused:
      return "nothing listens there";
    case ConnectProblem::kTlsVerification:
      return absl::StrCat("its certificate is not accepted: ", failure.detail, " (see --webhook_ca_file)");
    case ConnectProblem::kTls:
      return absl::StrCat("TLS handshake failed: ", failure.detail, " (is it http:// there?)");
    case ConnectProblem::kNotHttp:
      return absl::StrCat("does not speak HTTP: ", failure.detail,
                          url.tls() ? "" : " (is it https:// there?)");
    case ConnectProblem::kClosedByServer:
      return absl::StrCat("closed the connection within its answer: ", failure.detail);
    case ConnectProblem::kNetwork:
    case ConnectProblem::kForbidden:
    case ConnectProblem::kTimeout:
    case ConnectProblem::kHttpStatus:
    case ConnectProblem::kNotWebSocket:
      break;
  }
  return failure.detail;
}

}  // namespace

bool Succeeded(const WebhookAttempt& attempt) {
  return !attempt.timed_out && attempt.answer.complete && attempt.answer.status / 100 == 2;
}

bool MayPass(const WebhookAttempt& attempt) {
  if (attempt.timed_out) return false;
  if (attempt.connected) return attempt.answer.status / 100 == 5;
  return attempt.answer.failure.problem != ConnectProblem::kTlsVerification;
}

std::string Describe(const WebhookAttempt& attempt, const net::Url& url, std::chrono::milliseconds timeout,
                     size_t max_body_bytes) {
  const std::string at = absl::StrCat("webhook ", Endpoint(url.host, url.port).ToString(), ": ");
  const net::HttpAnswer& answer = attempt.answer;
  if (attempt.timed_out)
    return absl::StrCat(at, attempt.connected ? "no whole answer" : "not connected", " within ",
                        timeout.count(), " ms");
  if (answer.status != 0 && answer.status / 100 != 2) return absl::StrCat(at, DescribeStatus(answer.status));
  if (answer.too_large) return absl::StrCat(at, "the answer has more than ", max_body_bytes, " bytes");
  return absl::StrCat(at, DescribeProblem(answer.failure, url));
}

}  // namespace benari::control
