#include "control/ari/event_stream.h"

#include <boost/asio/append.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <optional>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "common/log_gate.h"
#include "common/net/backoff.h"
#include "common/net/transport.h"
#include "control/ari/body_parser.h"
#include "control/ari/connect_failure.h"
#include "control/ari/event_parser.h"
#include "control/ari/request.h"

namespace benari::net {

// How Beast ends a Transport below its WebSocket; found by argument-dependent look-up.
template <typename Handler>
void async_teardown(boost::beast::role_type, Transport& transport, Handler&& handler) {
  transport.Close();
  boost::asio::post(transport.get_executor(),
                    boost::asio::append(std::forward<Handler>(handler), boost::system::error_code()));
}
[[maybe_unused]] static void teardown(boost::beast::role_type, Transport& transport,
                                      boost::system::error_code&) {
  transport.Close();
}
// Beast's time-outs end here. Aborted: a request that a cut network holds back must not subscribe us later.
[[maybe_unused]] static void beast_close_socket(Transport& transport) { transport.Abort(); }

}  // namespace benari::net

namespace benari::control::ari {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using net::ConnectFailure;
using net::ConnectProblem;
using std::chrono::steady_clock;

namespace {

using WebSocket = websocket::stream<net::Transport, /*deflateSupported=*/false>;

constexpr std::chrono::seconds kSayAgainAfter{30};
constexpr std::chrono::seconds kCloseTimeout{1};
// A connection that stood this long resets the backoff; one that breaks sooner counts as a failure. An
// Asterisk that hung has by then come to the subscriptions that it found waiting.
constexpr std::chrono::seconds kStableAfter{5};

double Random() {
  static std::mt19937_64 engine{std::random_device()()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

ConnectFailure HandshakeFailure(const error_code& ec, const websocket::response_type& response) {
  ConnectFailure failure;
  failure.detail = ec.message();
  if (ec == websocket::error::upgrade_declined) {
    failure.problem = ConnectProblem::kHttpStatus;
    failure.http_status = static_cast<int>(response.result_int());
    failure.detail = ParseErrorMessage(response.body());
  } else if (ec == beast::error::timeout) {
    failure.problem = ConnectProblem::kTimeout;
    failure.detail = "connected, yet the WebSocket handshake got no answer";
  } else if (ec == asio::error::eof || ec == asio::error::connection_reset ||
             ec == asio::ssl::error::stream_truncated || ec == beast::http::error::end_of_stream ||
             ec == beast::http::error::partial_message) {
    failure.problem = ConnectProblem::kClosedByServer;
  } else if (ec.category() == make_error_code(websocket::error::closed).category()) {
    failure.problem = ConnectProblem::kNotWebSocket;
  } else if (ec.category() == make_error_code(beast::http::error::bad_version).category()) {
    failure.problem = ConnectProblem::kNotHttp;
  }
  return failure;
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
        retry_(loop_),
        heard_at_(std::make_shared<steady_clock::time_point>()) {}

  static Awaitable<void> Run(std::shared_ptr<Impl> self);
  void Stop();

  const asio::any_io_executor& loop() const { return loop_; }
  steady_clock::time_point heard_at() const { return *heard_at_; }
  const std::string& problem() const { return problem_; }
  const EventCounters& counters() const { return counters_; }

 private:
  using Failure = std::optional<ConnectFailure>;

  // Each holds what it uses; the caller keeps the socket and this object.
  Awaitable<Failure> Open(std::shared_ptr<WebSocket> socket);
  Awaitable<std::string> ReadUntilBroken(std::shared_ptr<WebSocket> socket);

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
  std::shared_ptr<WebSocket> socket_;  // while one is opened or open
  LogGate failure_gate_{kSayAgainAfter};
  LogGate malformed_gate_{kSayAgainAfter};
  EventCounters counters_;
  std::string problem_ = "not started";
  int ghosts_ = 0;  // handshakes given up without an answer, which Asterisk may have read
  steady_clock::time_point connected_at_;
  std::shared_ptr<steady_clock::time_point> heard_at_;  // shared with sockets that are being closed
  bool ghost_came_ = false;
  bool replaced_ = false;
  bool stopped_ = false;
};

Awaitable<void> EventStream::Impl::Run(std::shared_ptr<Impl> self) {
  while (!self->stopped_ && !self->replaced_) {
    self->socket_ = std::make_shared<WebSocket>(self->loop_, self->access_);
    Awaitable<Failure> opened = self->Open(self->socket_);
    const Failure failure = co_await std::move(opened);
    if (self->stopped_) break;
    if (failure) {
      self->ConnectFailed(*failure);
    } else {
      self->Connected();
      Awaitable<std::string> broken = self->ReadUntilBroken(self->socket_);
      const std::string reason = co_await std::move(broken);
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

Awaitable<std::optional<ConnectFailure>> EventStream::Impl::Open(std::shared_ptr<WebSocket> socket) {
  struct Attempt {
    bool over = false;
    bool timed_out = false;
  };
  const auto attempt = std::make_shared<Attempt>();
  asio::steady_timer deadline(loop_, limits_.connect_timeout);
  deadline.async_wait([attempt, socket](const error_code& ec) {
    if (ec || attempt->over) return;
    attempt->timed_out = true;
    socket->next_layer().Close();
  });
  Failure failure = co_await socket->next_layer().Connect();
  attempt->over = true;
  if (failure && attempt->timed_out) {
    failure->problem = ConnectProblem::kTimeout;
    failure->detail = absl::StrCat("no connection within ", limits_.connect_timeout.count(), " ms");
  }
  if (failure || stopped_) co_return failure;
  if (handlers_.before_subscribing) {
    Awaitable<void> asked = handlers_.before_subscribing();
    co_await std::move(asked);
    if (stopped_) co_return failure;
  }

  websocket::stream_base::timeout timeouts;
  timeouts.handshake_timeout = limits_.connect_timeout;
  timeouts.idle_timeout = limits_.idle_timeout;
  timeouts.keep_alive_pings = true;
  socket->set_option(timeouts);
  socket->set_option(websocket::stream_base::decorator([access = access_](websocket::request_type& request) {
    request.set(beast::http::field::authorization, access->BasicAuth());
    request.set(beast::http::field::user_agent, "benari");
  }));
  socket->read_message_max(kMaxEventBytes);
  socket->control_callback(
      [heard_at = heard_at_](websocket::frame_type, beast::string_view) { *heard_at = steady_clock::now(); });
  websocket::response_type response;
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  const std::string host = access_->url.HostHeader();
  const std::string target = absl::StrCat(access_->url.target, EventsTarget(access_->app));
  co_await socket->async_handshake(response, host, target, token);
  if (ec == beast::error::timeout) ++ghosts_;
  if (ec) co_return HandshakeFailure(ec, response);
  co_return std::nullopt;
}

Awaitable<std::string> EventStream::Impl::ReadUntilBroken(std::shared_ptr<WebSocket> socket) {
  beast::flat_buffer buffer;
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  while (!stopped_) {
    co_await socket->async_read(buffer, token);
    if (stopped_) break;
    if (ec == websocket::error::closed) {
      const websocket::close_reason& why = socket->reason();
      co_return absl::StrCat("Asterisk closed it with code ", static_cast<int>(why.code));
    }
    if (ec == beast::error::timeout) {
      co_return absl::StrCat("no answer to a ping within ", limits_.idle_timeout.count(), " ms");
    }
    if (ec) co_return absl::StrCat("connection lost: ", ec.message());
    *heard_at_ = steady_clock::now();
    const auto data = buffer.cdata();
    HandleMessage(absl::string_view(static_cast<const char*>(data.data()), data.size()));
    buffer.consume(buffer.size());
    if (std::exchange(ghost_came_, false)) {
      socket->next_layer().Close();
      co_return "Asterisk has come to an earlier attempt to connect";
    }
  }
  co_return "stopped";
}

void EventStream::Impl::Connected() {
  ++counters_.connected;
  connected_at_ = *heard_at_ = steady_clock::now();
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
  if (socket_ == nullptr) return;
  if (!socket_->is_open()) return socket_->next_layer().Close();
  const auto limit = std::make_shared<asio::steady_timer>(loop_, kCloseTimeout);
  limit->async_wait([socket = socket_](const error_code& ec) {
    if (!ec) socket->next_layer().Close();
  });
  socket_->async_close(websocket::close_code::going_away,
                       [socket = socket_, limit](const error_code&) { limit->cancel(); });
}

EventStream::EventStream(asio::any_io_executor loop, Access access, EventStreamLimits limits,
                         EventHandlers handlers)
    : impl_(std::make_shared<Impl>(std::move(loop), std::move(access), limits, std::move(handlers))) {}

EventStream::~EventStream() { impl_->Stop(); }
void EventStream::Start() { asio::co_spawn(impl_->loop(), Impl::Run(impl_), asio::detached); }
void EventStream::Stop() { impl_->Stop(); }
std::chrono::steady_clock::time_point EventStream::heard_at() const { return impl_->heard_at(); }
const std::string& EventStream::problem() const { return impl_->problem(); }
const EventCounters& EventStream::counters() const { return impl_->counters(); }

}  // namespace benari::control::ari
