#include "control/webhook/webhook_client.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_join.h"
#include "common/log.h"
#include "common/log_gate.h"
#include "common/net/remote.h"
#include "control/twiml/parser.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

// https://www.twilio.com/docs/api/errors
constexpr char kHttpRetrievalFailure[] = "11200";
constexpr char kDocumentParseFailure[] = "12100";

struct Failure {
  std::string why;
  const char* code;
};

absl::StatusOr<std::shared_ptr<const WebhookAccess>> MakeAccess(asio::any_io_executor executor,
                                                                WebhookOptions options) {
  TlsFiles files;
  files.ca = options.ca_file;
  auto tls = net::MakeTlsContext(files);
  if (!tls.ok()) return tls.status();
  auto access = std::make_shared<WebhookAccess>();
  access->executor = std::move(executor);
  access->options = std::move(options);
  access->tls = *std::move(tls);
  return access;
}

// Puts the document into `answer`; nothing: done.
asio::awaitable<std::optional<Failure>> FetchDocument(std::shared_ptr<const WebhookAccess> access,
                                                      WebhookRequest request, WebhookAnswer* answer) {
  answer->url = request.url;
  asio::awaitable<absl::StatusOr<std::string>> sending = SendToWebhook(std::move(access), std::move(request));
  const absl::StatusOr<std::string> body = co_await std::move(sending);
  if (!body.ok()) co_return Failure{std::string(body.status().message()), kHttpRetrievalFailure};
  absl::StatusOr<twiml::Document> document = twiml::Parse(*body);
  if (!document.ok()) co_return Failure{std::string(document.status().message()), kDocumentParseFailure};
  answer->document = *std::move(document);
  co_return std::nullopt;
}

}  // namespace

struct WebhookClient::State {
  std::shared_ptr<const WebhookAccess> access;
  size_t in_flight = 0;
  bool closed = false;
  LogGate notify_gate{std::chrono::seconds(60)};

  bool Admit() {
    const bool admitted = in_flight < access->options.max_in_flight;
    if (admitted) ++in_flight;
    return admitted;
  }
};

absl::StatusOr<std::unique_ptr<WebhookClient>> WebhookClient::Make(asio::any_io_executor executor,
                                                                   WebhookOptions options) {
  auto access = MakeAccess(std::move(executor), std::move(options));
  if (!access.ok()) return access.status();
  auto state = std::make_shared<State>();
  state->access = *std::move(access);
  return std::unique_ptr<WebhookClient>(new WebhookClient(std::move(state)));
}

absl::Status WebhookClient::set_options(WebhookOptions options) {
  auto access = MakeAccess(state_->access->executor, std::move(options));
  if (access.ok()) state_->access = *std::move(access);
  return access.status();
}

WebhookClient::~WebhookClient() { state_->closed = true; }

asio::awaitable<void> WebhookClient::FetchFromEither(std::shared_ptr<State> state, WebhookRequest request,
                                                     std::string fallback_url, OnAnswer on_answer) {
  WebhookAnswer answer;
  asio::awaitable<std::optional<Failure>> first = FetchDocument(state->access, request, &answer);
  std::optional<Failure> failure = co_await std::move(first);
  if (failure.has_value() && !fallback_url.empty()) {
    answer.failures.push_back(failure->why);
    request.form.emplace_back("ErrorCode", failure->code);
    request.form.emplace_back("ErrorUrl", request.url);
    request.url = std::move(fallback_url);
    asio::awaitable<std::optional<Failure>> second = FetchDocument(state->access, request, &answer);
    failure = co_await std::move(second);
  }
  --state->in_flight;
  if (state->closed) co_return;
  if (!failure.has_value()) {
    on_answer(std::move(answer));
    co_return;
  }
  answer.failures.push_back(failure->why);
  on_answer(absl::UnavailableError(absl::StrJoin(answer.failures, "; ")));
}

asio::awaitable<void> WebhookClient::SendNotification(std::shared_ptr<State> state, WebhookRequest request) {
  asio::awaitable<absl::StatusOr<std::string>> sending = SendToWebhook(state->access, std::move(request));
  const absl::StatusOr<std::string> body = co_await std::move(sending);
  --state->in_flight;
  const std::string why(body.status().message());
  const bool quiet = body.ok() || state->closed;
  if (!quiet && state->notify_gate.Opens(why, std::chrono::steady_clock::now()))
    log::Warning("status callback failed", {{"why", why}});
}

void WebhookClient::Fetch(WebhookRequest request, std::string fallback_url, OnAnswer on_answer) {
  const asio::any_io_executor& executor = state_->access->executor;
  if (!state_->Admit()) {
    asio::post(executor, [state = state_, on_answer = std::move(on_answer)] {
      if (!state->closed) on_answer(absl::ResourceExhaustedError("webhook: too many requests are under way"));
    });
    return;
  }
  asio::awaitable<void> fetching =
      FetchFromEither(state_, std::move(request), std::move(fallback_url), std::move(on_answer));
  asio::co_spawn(executor, std::move(fetching), asio::detached);
}

void WebhookClient::Notify(WebhookRequest request) {
  if (!state_->Admit()) {
    log::Warning("status callback not sent: too many requests to webhooks are under way");
    return;
  }
  asio::awaitable<void> sending = SendNotification(state_, std::move(request));
  asio::co_spawn(state_->access->executor, std::move(sending), asio::detached);
}

}  // namespace benari::control
