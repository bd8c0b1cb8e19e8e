#include "media/link/link.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <random>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "media/link/credentials.h"
#include "media/link/dial_failure.h"

namespace benari::media {

namespace asio = boost::asio;
using boost::system::error_code;
using net::ConnectFailure;
using net::ConnectProblem;
using net::WebSocketRead;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kPublishInterval{100};
constexpr uint16_t kGoingAway = 1001, kNoStatus = 1005, kNormal = 1000;  // RFC 6455 7.4.1

double Random() {
  thread_local std::mt19937_64 engine{std::random_device()()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

absl::StatusOr<net::Url> ParseBotUrl(const std::string& text) {
  auto url = net::ParseUrl(text, {"ws", "wss"});
  // Its own message may show the query.
  if (!url.ok())
    return absl::InvalidArgumentError("the bot's URL: accepted is ws:// or wss://HOST[:PORT][/PATH]");
  return url;
}

}  // namespace

Link::Link(const Thread& thread, const BotConfig& config, std::shared_ptr<BotStream> stream)
    : thread_(thread),
      config_(config),
      shown_url_(net::WithoutQueryValues(config.url)),
      stream_(std::move(stream)),
      machine_(config.reconnect, steady_clock::now(), Random),
      timer_(thread.executor) {}

void Link::Start() {
  running_ = true;
  asio::awaitable<void> run = Run();
  asio::co_spawn(thread_.executor, std::move(run), [self = shared_from_this()](std::exception_ptr) {
    self->running_ = false;
    self->CheckOver();
  });
}

void Link::CheckOver() {
  if (!running_ && machine_.stopped()) thread_.on_over(this);
}

void Link::OnWoken() {
  if (stream_->stopped()) return Stop();
  if (conversation_ == nullptr) return;
  conversation_->OnWoken();
  PublishCounts();
}

void Link::Stop() {
  if (machine_.stopped()) return;
  machine_.OnStopped();
  if (!running_) return CheckOver();
  timer_.cancel();
  if (conversation_ != nullptr) {
    conversation_->Stop();
    AbortAfter(thread_.options.stop_timeout);
  } else if (socket_ != nullptr) {
    socket_->Abort();
  }
}

void Link::AbortAfter(std::chrono::milliseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([self = shared_from_this()](const error_code& ec) {
    if (!ec && self->socket_ != nullptr) self->socket_->Abort();
  });
}

asio::awaitable<void> Link::Run() {
  while (true) {
    const LinkMachine::Next next = machine_.OnTime(steady_clock::now());
    Publish();
    if (next == LinkMachine::Next::kEnd) break;
    const bool dial = next == LinkMachine::Next::kDial;
    asio::awaitable<void> step = dial ? Attempt() : WaitUntilDue();
    co_await std::move(step);
  }
}

asio::awaitable<void> Link::WaitUntilDue() {
  timer_.expires_at(machine_.due());
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  co_await timer_.async_wait(token);
}

absl::StatusOr<Link::Target> Link::MakeTarget() const {
  auto url = ParseBotUrl(config_.url);
  if (!url.ok()) return url.status();
  const AllowList& allow = thread_.options.allow;
  const absl::Status allowed = allow.Check(*url);
  if (!allowed.ok()) return allowed;
  Target target;
  target.request.target = url->target;
  if (!config_.credential.empty()) {
    auto credentials = ReadCredentials(thread_.options.credentials_dir, config_.credential);
    if (!credentials.ok()) return credentials.status();
    target.request.headers = credentials->HeadersFor(config_.url);
  }
  target.remote = std::make_shared<net::Remote>();
  target.remote->url = *url;
  target.remote->addresses = thread_.addresses(*url);
  target.remote->names = thread_.names;
  if (url->tls()) target.remote->tls = thread_.tls->Current();
  target.remote->may_connect = [&allow, url = *std::move(url)](const asio::ip::address& address) {
    const auto read = ParseSocketAddress(Endpoint(address.to_string(), url.port));
    return read.ok() && allow.MayConnect(url, *read);
  };
  return target;
}

asio::awaitable<void> Link::Attempt() {
  absl::StatusOr<Target> target = MakeTarget();
  if (!target.ok()) {
    OnRefused(target.status());
    co_return;
  }
  asio::awaitable<Failure> opened = Open(*std::move(target));
  const Failure failure = co_await std::move(opened);
  timer_.cancel();
  if (failure) {
    if (!machine_.stopped()) OnFailed(*failure);
  } else if (machine_.OnTime(steady_clock::now()) != LinkMachine::Next::kEnd) {
    asio::awaitable<void> conversed = Converse();
    co_await std::move(conversed);
  }
  socket_.reset();
}

void Link::GiveUpWhenDue() {
  timer_.expires_at(machine_.due());
  timer_.async_wait([self = shared_from_this()](const error_code& ec) {
    if (ec || self->socket_ == nullptr) return;
    if (self->machine_.OnTime(steady_clock::now()) == LinkMachine::Next::kEnd) self->socket_->Abort();
  });
}

asio::awaitable<std::optional<ConnectFailure>> Link::Open(Target target) {
  const LinkOptions& options = thread_.options;
  net::WebSocketLimits limits;
  limits.connect = options.connect_timeout;
  limits.handshake = options.handshake_timeout;
  limits.ping = options.ping_interval;
  limits.dead = options.dead_after;
  limits.close = options.stop_timeout;
  socket_ = std::make_unique<net::WebSocket>(thread_.executor, std::move(target.remote), limits);
  GiveUpWhenDue();
  asio::awaitable<Failure> connected = socket_->Connect();
  Failure failure = co_await std::move(connected);
  if (failure || machine_.stopped()) co_return failure;
  asio::awaitable<Failure> answered = socket_->Handshake(std::move(target.request));
  failure = co_await std::move(answered);
  co_return failure;
}

asio::awaitable<void> Link::Converse() {
  conversation_ = std::make_unique<Conversation>(*socket_, config_, *stream_, report_);
  socket_->SetOnSent([this] { conversation_->OnSent(); });
  OnOpened();
  auto on_message = [this](const WebSocketRead& message) { OnMessage(message); };
  asio::awaitable<WebSocketRead> reading = socket_->Read(std::move(on_message));
  const WebSocketRead end = co_await std::move(reading);
  OnEnded(end);
  timer_.cancel();
  socket_->SetOnSent(nullptr);
  conversation_.reset();
}

void Link::OnOpened() {
  machine_.OnOpened(steady_clock::now());
  ++report_.connections;
  report_.stream_sid = conversation_->stream_sid();
  failure_gate_.Forget();
  log::Info("bot connected",
            {{"call_sid", config_.call_sid}, {"stream_sid", report_.stream_sid}, {"bot", shown_url_}});
  conversation_->Start();
  Publish();
  conversation_->OnWoken();  // digits may be waiting
}

void Link::OnMessage(const WebSocketRead& message) {
  conversation_->OnMessage(message);
  const absl::string_view why = conversation_->TakeWhyIgnored();
  if (!why.empty() && ignored_gate_.Opens("", steady_clock::now())) {
    log::Warning("message of a bot ignored", {{"call_sid", config_.call_sid},
                                              {"bot", shown_url_},
                                              {"reason", why},
                                              {"ignored", report_.messages_ignored}});
  }
  PublishCounts();
}

std::string Link::DescribeEnd(const WebSocketRead& end) const {
  switch (end.kind) {
    case WebSocketRead::Kind::kClosed:
      return absl::StrCat("closed the WebSocket with status ", end.close_code, end.detail.empty() ? "" : ": ",
                          absl::CHexEscape(end.detail));
    case WebSocketRead::Kind::kTooLarge:
      return "sent a message of more than 8 MiB";
    case WebSocketRead::Kind::kDead:
      return absl::StrCat("sent nothing and answered no ping for ", thread_.options.dead_after.count(),
                          " ms");
    default:
      return absl::StrCat("connection lost: ", end.detail);
  }
}

void Link::OnEnded(const WebSocketRead& end) {
  stream_->SetMarks(0, 0);
  if (machine_.stopped()) {
    log::Info("bot told that its call is over",
              {{"call_sid", config_.call_sid}, {"stream_sid", report_.stream_sid}, {"bot", shown_url_}});
    return;
  }
  const bool clean =
      end.kind == WebSocketRead::Kind::kClosed &&
      (end.close_code == kNormal || end.close_code == kGoingAway || end.close_code == kNoStatus);
  const std::string why = DescribeEnd(end);
  if (clean) {
    machine_.OnClosed();
    log::Info("bot has closed", {{"call_sid", config_.call_sid},
                                 {"stream_sid", report_.stream_sid},
                                 {"bot", shown_url_},
                                 {"status", end.close_code}});
    return;
  }
  machine_.OnLost(steady_clock::now());
  const auto url = ParseBotUrl(config_.url);
  report_.last_error = absl::StrCat(Endpoint(url->host, url->port).ToString(), " ", why);
  log::Warning("bot lost", {{"call_sid", config_.call_sid},
                            {"stream_sid", report_.stream_sid},
                            {"bot", shown_url_},
                            {"reason", report_.last_error}});
}

void Link::OnRefused(const absl::Status& why) {
  machine_.OnRefused();
  report_.last_error = std::string(why.message());
  log::Warning("bot must not be dialled",
               {{"call_sid", config_.call_sid}, {"bot", shown_url_}, {"reason", report_.last_error}});
}

void Link::OnFailed(const ConnectFailure& failure) {
  const auto url = ParseBotUrl(config_.url);
  const std::string why = DescribeDialFailure(failure, *url);
  if (failure.problem == ConnectProblem::kForbidden) return OnRefused(absl::PermissionDeniedError(why));
  machine_.OnFailed(steady_clock::now(), MayPass(failure));
  ++report_.connect_failures[static_cast<size_t>(ReasonOf(failure))];
  report_.last_error = why;
  if (!failure_gate_.Opens(why, steady_clock::now())) return;
  log::Warning("bot cannot be reached", {{"call_sid", config_.call_sid},
                                         {"bot", shown_url_},
                                         {"reason", why},
                                         {"failures", report_.AllConnectFailures()}});
}

void Link::Publish() {
  published_at_ = steady_clock::now();
  stream_->SetReport(report_);
  stream_->SetPhase(machine_.phase());
}

void Link::PublishCounts() {
  if (steady_clock::now() - published_at_ >= kPublishInterval) Publish();
}

}  // namespace benari::media
