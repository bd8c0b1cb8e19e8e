#include "control/webhook/webhook_sender.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/net/address_book.h"
#include "common/net/http_exchange.h"
#include "common/net/remote.h"
#include "common/net/transport.h"
#include "common/net/twilio.h"
#include "control/twiml/parser.h"
#include "control/webhook/failure.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

using Method = twiml::Method;

constexpr size_t kMaxAnswerBytes = twiml::kMaxDocumentBytes;

// As the request is sent and, without the scheme and host, signed.
absl::StatusOr<net::Url> ReadUrl(const WebhookRequest& request) {
  auto url = net::ParseUrl(request.url, {"http", "https"});
  if (!url.ok()) return absl::InvalidArgumentError(absl::StrCat("webhook: ", url.status().message()));
  if (!absl::StartsWith(url->target, "/")) url->target.insert(0, "/");
  if (request.method == Method::kGet)
    absl::StrAppend(&url->target, absl::StrContains(url->target, '?') ? "&" : "?",
                    net::EncodeForm(request.form));
  return url;
}

net::HttpRequest MakeHttpRequest(const WebhookRequest& request, const net::Url& url,
                                 const std::string& auth_token) {
  const bool post = request.method == Method::kPost;
  net::HttpRequest http;
  http.method = post ? "POST" : "GET";
  http.target = url.target;
  http.headers = {{"Host", url.HostHeader()}, {"Connection", "close"}, {"Accept", "*/*"}};
  if (post) {
    http.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
    http.body = net::EncodeForm(request.form);
  }
  if (!auth_token.empty()) {
    const net::Form nothing;
    http.headers.emplace_back(
        net::kTwilioSignatureHeader,
        net::TwilioSignature(auth_token, url.ToString(), post ? request.form : nothing));
  }
  return http;
}

asio::awaitable<WebhookAttempt> Try(std::shared_ptr<const WebhookAccess> access, net::Url url,
                                    net::HttpRequest http) {
  WebhookAttempt attempt;
  auto remote = std::make_shared<net::Remote>();
  remote->url = std::move(url);
  remote->ca_file = access->options.ca_file;
  remote->tls = remote->url.tls() ? access->tls : nullptr;
  remote->addresses = std::make_shared<net::AddressBook>();
  const auto transport = std::make_shared<net::Transport>(access->executor, remote);
  const auto timed_out = std::make_shared<bool>(false);
  asio::steady_timer limit(access->executor, access->options.timeout);
  limit.async_wait([transport, timed_out](const boost::system::error_code& error) {
    if (error) return;
    *timed_out = true;
    transport->Close();
  });
  asio::awaitable<std::optional<net::ConnectFailure>> connecting = transport->Connect();
  const std::optional<net::ConnectFailure> failure = co_await std::move(connecting);
  if (failure.has_value()) {
    attempt.answer.failure = *failure;
  } else {
    attempt.connected = true;
    asio::awaitable<net::HttpAnswer> exchange = net::Exchange(*transport, http, kMaxAnswerBytes);
    attempt.answer = co_await std::move(exchange);
  }
  limit.cancel();
  attempt.timed_out = *timed_out;
  transport->Close();
  co_return attempt;
}

}  // namespace

asio::awaitable<absl::StatusOr<std::string>> SendToWebhook(std::shared_ptr<const WebhookAccess> access,
                                                           WebhookRequest request) {
  const absl::StatusOr<net::Url> url = ReadUrl(request);
  if (!url.ok()) co_return url.status();
  const net::HttpRequest http = MakeHttpRequest(request, *url, access->options.auth_token);
  WebhookAttempt attempt;
  for (int nth = 1; nth <= 2; ++nth) {
    asio::awaitable<WebhookAttempt> trying = Try(access, *url, http);
    attempt = co_await std::move(trying);
    if (Succeeded(attempt)) co_return std::move(attempt.answer.body);
    if (!MayPass(attempt) || nth == 2) break;
    asio::steady_timer pause(access->executor, access->options.retry_pause);
    boost::system::error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await pause.async_wait(token);
  }
  co_return absl::UnavailableError(Describe(attempt, *url, access->options.timeout, kMaxAnswerBytes));
}

}  // namespace benari::control
