#include "control/ari/event_stream.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "common/log_gate.h"
#include "common/net/backoff.h"
#include "common/net/web_socket.h"
#include "control/ari/body_parser.h"
#include "control/ari/connect_failure.h"
#include "control/ari/event_parser.h"
#include "control/ari/request.h"

namespace benari::control::ari {

namespace asio = boost::asio;
using boost::system::error_code;
using net::ConnectFailure;
using net::ConnectProblem;
using net::WebSocket;
using net::WebSocketRead;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds kSayAgainAfter{30};
constexpr uint16_t kGoingAway = 1001;  // RFC 6455 7.4.1
// A connection that lasted this long resets the backoff; one that breaks sooner counts as a failure. By then
// an Asterisk that had hung has processed the subscriptions that were waiting.
constexpr std::chrono::seconds kStableAfter{5};

double Random() {
  static std::mt19937_64 engine{std::random_device()()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

}  // namespace

// Outlives the EventStream as long as an operation is under way. Confined to the control loop.
class EventStream::Impl {
 public:
  Impl(asio::any_io_executor loop, Access access, EventStreamLimits limits, EventHandlers handlers)
      : loop_(std::move(loop)),
        access_(std::make_shared<const Access>(std::move(access))),
        limits_(limits),
        handlers_(std::move(handlers)),
        backoff_(limits.backoff_min, limits.backoff_max, Random),
        retry_(loop_) {}

  static Awaitable<void> Run(std::shared_ptr<Impl> self);
  void Stop();
  void set_access(Access access) { access_ = std::make_shared<const Access>(std::move(access)); }

  const asio::any_io_executor& loop() const { return loop_; }
  steady_clock::time_point heard_at() const {
    return socket_ == nullptr ? heard_at_ : std::max(heard_at_, socket_->heard_at());
  }
  const std::string& problem() const { return problem_; }
  const EventCounters& counters() const { return counters_; }

 private:
  using Failure = std::optional<ConnectFailure>;

  // The caller keeps this object.
  Awaitable<Failure> Open();
  Awaitable<std::string> ReadUntilBroken();
  std::string DescribeEnd(const WebSocketRead& end) const;

  void Connected();
  void Disconnected(const std::string& reason);
  void ConnectFailed(const ConnectFailure& failure);
  void HandleMessage(absl::string_view text);
  bool Stable() const { return steady_clock::now() - connected_at_ >= kStableAfter; }
  // Whether it is an earlier, abandoned attempt of our own that has replaced us. Each does so once.
  bool ReplacedByGhost();

  asio::any_io_executor loop_;
  std::shared_ptr<const Access> access_;
  EventStreamLimits limits_;
  EventHandlers handlers_;
  net::Backoff backoff_;
  asio::steady_timer retry_;
  std::unique_ptr<WebSocket> socket_;  // while one is opened or open
  LogGate failure_gate_{kSayAgainAfter};
  LogGate malformed_gate_{kSayAgainAfter};
  EventCounters counters_;
  std::string problem_ = "not started";
  int ghosts_ = 0;  // handshakes given up without an answer, which Asterisk may have read
  steady_clock::time_point connected_at_;
  steady_clock::time_point heard_at_;  // by the connections before
  bool ghost_came_ = false;
  bool replaced_ = false;
  bool stopped_ = false;
};

Awaitable<void> EventStream::Impl::Run(std::shared_ptr<Impl> self) {
  while (!self->stopped_ && !self->replaced_) {
    Awaitable<Failure> opened = self->Open();
    const Failure failure = co_await std::move(opened);
    if (self->stopped_) break;
    if (failure) {
      self->ConnectFailed(*failure);
    } else {
      self->Connected();
      Awaitable<std::string> broken = self->ReadUntilBroken();
      const std::string reason = co_await std::move(broken);
      self->heard_at_ = self->heard_at();
      if (self->stopped_) break;
      self->Disconnected(reason);
      if (self->Stable()) {
        self->backoff_.Reset();
        self->ghosts_ = 0;
      }
    }
    self->socket_.reset();
    if (self->stopped_ || self->replaced_) break;
    self->retry_.expires_after(self->backoff_.Next());
    error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await self->retry_.async_wait(token);
  }
  self->socket_.reset();
}

Awaitable<std::optional<ConnectFailure>> EventStream::Impl::Open() {
  net::WebSocketLimits limits;
  limits.connect = limits.handshake = limits_.connect_timeout;
  limits.ping = limits_.idle_timeout / 2;
  limits.dead = limits_.idle_timeout;
  limits.message_bytes = kMaxEventBytes;
  socket_ = std::make_unique<WebSocket>(loop_, access_, limits);
  Awaitable<Failure> connected = socket_->Connect();
  Failure failure = co_await std::move(connected);
  if (failure || stopped_) co_return failure;
  if (handlers_.before_subscribing) {
    Awaitable<void> asked = handlers_.before_subscribing();
    co_await std::move(asked);
    if (stopped_) co_return failure;
  }
  net::WebSocketRequest request;
  request.target = absl::StrCat(access_->url.target, EventsTarget(access_->app));
  request.headers.emplace_back("Authorization", access_->BasicAuth());
  Awaitable<Failure> answered = socket_->Handshake(std::move(request));
  failure = co_await std::move(answered);
  if (failure && failure->problem == ConnectProblem::kTimeout) ++ghosts_;
  if (failure && failure->problem == ConnectProblem::kHttpStatus) {
    failure->detail = ParseErrorMessage(failure->detail);
  }
  co_return failure;
}

// Once stopped, this waits for the WebSocket to be closed.
Awaitable<std::string> EventStream::Impl::ReadUntilBroken() {
  auto on_message = [this](const WebSocketRead& message) {
    if (stopped_ || ghost_came_) return;
    HandleMessage(message.data);
    if (ghost_came_) socket_->Abort();
  };
  Awaitable<WebSocketRead> reading = socket_->Read(std::move(on_message));
  const WebSocketRead end = co_await std::move(reading);
  if (std::exchange(ghost_came_, false)) co_return "Asterisk has come to an earlier attempt to connect";
  co_return DescribeEnd(end);
}

std::string EventStream::Impl::DescribeEnd(const WebSocketRead& end) const {
  switch (end.kind) {
    case WebSocketRead::Kind::kClosed:
      return absl::StrCat("Asterisk closed it with code ", end.close_code);
    case WebSocketRead::Kind::kDead:
      return absl::StrCat("no answer to a ping within ", limits_.idle_timeout.count(), " ms");
    case WebSocketRead::Kind::kTooLarge:
      return absl::StrCat("an event of more than ", kMaxEventBytes, " bytes");
    default:
      return absl::StrCat("connection lost: ", end.detail);
  }
}

void EventStream::Impl::Connected() {
  ++counters_.connected;
  connected_at_ = heard_at_ = steady_clock::now();
  problem_.clear();
  failure_gate_.Forget();
  log::Info("ARI events connected", {{"ari", access_->url.ToString()}, {"app", access_->app}});
  if (handlers_.on_connected) handlers_.on_connected();
}

void EventStream::Impl::Disconnected(const std::string& reason) {
  problem_ = replaced_ ? "another instance has taken over the application" : reason;
  log::Warning("ARI events disconnected", {{"ari", access_->url.ToString()}, {"reason", problem_}});
  if (handlers_.on_disconnected) handlers_.on_disconnected(problem_);
}

void EventStream::Impl::ConnectFailed(const ConnectFailure& failure) {
  ++counters_.connect_failures;
  problem_ = DescribeConnectFailure(failure, *access_);
  if (failure_gate_.Opens(problem_, steady_clock::now())) {
    log::Warning("cannot connect to ARI events",
                 {{"reason", problem_}, {"failures", counters_.connect_failures}});
  }
  if (handlers_.on_connect_failed) handlers_.on_connect_failed(failure.problem);
}

void EventStream::Impl::HandleMessage(absl::string_view text) {
  absl::StatusOr<Event> event = ParseEvent(text);
  if (!event.ok()) {
    ++counters_.malformed;
    if (malformed_gate_.Opens("", steady_clock::now())) {
      log::Warning("ARI event not understood",
                   {{"reason", event.status().message()}, {"malformed", counters_.malformed}});
    }
    return;
  }
  ++counters_.events;
  if (std::holds_alternative<ApplicationReplaced>(*event)) {
    ghost_came_ = ReplacedByGhost();
    if (ghost_came_) return;
    replaced_ = true;
  }
  if (std::holds_alternative<UnknownEvent>(*event) && handlers_.on_other_event)
    handlers_.on_other_event(text);
  if (handlers_.on_event) handlers_.on_event(*std::move(event));
}

bool EventStream::Impl::ReplacedByGhost() {
  if (ghosts_ == 0 || Stable()) return false;
  --ghosts_;
  return true;
}

void EventStream::Impl::Stop() {
  if (stopped_) return;
  stopped_ = true;
  problem_ = "stopped";
  retry_.cancel();
  if (socket_ != nullptr) socket_->Close(kGoingAway);
}

EventStream::EventStream(asio::any_io_executor loop, Access access, EventStreamLimits limits,
                         EventHandlers handlers)
    : impl_(std::make_shared<Impl>(std::move(loop), std::move(access), limits, std::move(handlers))) {}

EventStream::~EventStream() { impl_->Stop(); }
void EventStream::Start() { asio::co_spawn(impl_->loop(), Impl::Run(impl_), asio::detached); }
void EventStream::Stop() { impl_->Stop(); }
void EventStream::set_access(Access access) { impl_->set_access(std::move(access)); }
std::chrono::steady_clock::time_point EventStream::heard_at() const { return impl_->heard_at(); }
const std::string& EventStream::problem() const { return impl_->problem(); }
const EventCounters& EventStream::counters() const { return impl_->counters(); }

}  // namespace benari::control::ari
