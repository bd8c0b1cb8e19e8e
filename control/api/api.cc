#include "control/api/api.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http/tls_context.h"
#include "common/log.h"
#include "control/api/call_json.h"

namespace benari::control::api {

namespace asio = boost::asio;

namespace {

constexpr int kNotAuthenticated = 20003;
constexpr int kTooManyRequests = 20429;
constexpr int kWrongMethod = 20004;
constexpr int kStatuses[] = {200, 201, 400, 401, 404, 405, 413, 429, 431, 503};  // of answers

http::Reply NotAuthenticated() {
  http::Reply reply = ErrorReply(401, kNotAuthenticated, "Authenticate");
  reply.headers.emplace_back("WWW-Authenticate", "Basic realm=\"benari\"");
  return reply;
}

http::Reply TooMany() {
  http::Reply reply = ErrorReply(429, kTooManyRequests, "too many wrong credentials came from this address");
  reply.headers.emplace_back("Retry-After", absl::StrCat(BasicAuth::kFailuresLast.count()));
  return reply;
}

// Of requests that the server refuses: Twilio numbers such errors after the status.
http::Reply RefusedByServer(int status, const std::string& what) {
  return ErrorReply(status, status == 405 ? kWrongMethod : 20000 + status, what);
}

}  // namespace

Api::Api(asio::any_io_executor executor, const Account& account, CallsPort port, ActionsPort actions,
         const Clock& clock, prometheus::Registry& registry)
    : executor_(std::move(executor)),
      clock_(clock),
      auth_(account.sid, account.token),
      calls_(account.sid, std::move(port)),
      actions_(account.sid, std::move(actions)),
      requests_(prometheus::BuildCounter()
                    .Name("benari_control_api_requests_total")
                    .Help("Requests to control's REST API, by HTTP status.")
                    .Register(registry)),
      limits_(prometheus::BuildCounter()
                  .Name("benari_control_api_limit_reached_total")
                  .Help("Times a limit of control's REST API was reached, by limit.")
                  .Register(registry)) {
  for (const int status : kStatuses) requests_.Add({{"code", absl::StrCat(status)}});
  for (const http::Limit each : http::kAllLimits) {
    if (each != http::Limit::kStreams) limits_.Add({{"limit", ToString(each)}});  // nothing streams here
  }
}

void Api::set_account(const Account& account) {
  auth_.set_credentials(account.sid, account.token);
  calls_.set_account_sid(account.sid);
  actions_.set_account_sid(account.sid);
}

http::Limits Api::DefaultLimits() {
  http::Limits limits;
  limits.body_bytes = 64 << 10;
  return limits;
}

absl::Status Api::Listen(const Endpoint& listen, const TlsFiles& tls, http::Limits limits) {
  http::TlsContext context;
  if (!tls.cert.empty()) {
    auto made = http::MakeTlsContext(tls);
    if (!made.ok()) return made.status();
    context = *std::move(made);
  }
  http::Handler handler = [this](http::Request request) { return Serve(std::move(request)); };
  http::Hooks hooks;
  hooks.on_limit = [this](http::Limit limit) { limits_.Add({{"limit", ToString(limit)}}).Increment(); };
  hooks.make_error = [this](int status, const std::string& what) {
    return Counted(RefusedByServer(status, what));
  };
  auto server = http::Server::Start(executor_, listen, limits, std::move(handler), std::move(hooks),
                                    std::move(context));
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  return absl::OkStatus();
}

absl::Status Api::set_tls(const TlsFiles& tls) {
  auto made = http::MakeTlsContext(tls);
  if (!made.ok()) return made.status();
  server_->set_tls(*std::move(made));
  return absl::OkStatus();
}

asio::awaitable<http::Reply> Api::Serve(http::Request request) { co_return Answer(request); }

http::Reply Api::Answer(const http::Request& request) { return Counted(AnswerChecked(request)); }

http::Reply Api::Counted(http::Reply reply) {
  requests_.Add({{"code", absl::StrCat(reply.status)}}).Increment();
  return reply;
}

http::Reply Api::AnswerChecked(const http::Request& request) {
  switch (auth_.Check(request.authorization, request.peer, clock_.Now())) {
    case BasicAuth::Result::kGood:
      return absl::StartsWith(request.path, CallActions::kPath) ? actions_.Answer(request)
                                                                : calls_.Answer(request);
    case BasicAuth::Result::kTooMany:
      return TooMany();
    case BasicAuth::Result::kWrong:
      log::Warning("request to the API with wrong credentials", {{"from", request.peer}});
      return NotAuthenticated();
    case BasicAuth::Result::kMissing:
      break;
  }
  return NotAuthenticated();
}

}  // namespace benari::control::api
