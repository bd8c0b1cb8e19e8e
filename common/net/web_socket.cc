#include "common/net/web_socket.h"

#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
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

#include "absl/strings/str_cat.h"
#include "common/net/transport.h"

namespace benari::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Called by Beast to close the Transport of its WebSocket; found by argument-dependent look-up.
template <typename Handler>
void async_teardown(beast::role_type, Transport& transport, Handler&& handler) {
  transport.Close();
  asio::post(transport.get_executor(), asio::append(std::forward<Handler>(handler), error_code()));
}
[[maybe_unused]] static void teardown(beast::role_type, Transport& transport, error_code&) {
  transport.Close();
}
[[maybe_unused]] static void beast_close_socket(Transport& transport) { transport.Abort(); }

namespace {

constexpr size_t kWriteBufferBytes = 1024;    // a message of 20 ms of audio fits in
constexpr size_t kKeptBufferBytes = 1 << 16;  // a larger one is freed after its message
constexpr size_t kMaxDetailBytes = 1024;

ConnectFailure HandshakeFailure(const error_code& ec, const websocket::response_type& response) {
  ConnectFailure failure;
  failure.detail = ec.message();
  if (ec == websocket::error::upgrade_declined) {
    failure.problem = ConnectProblem::kHttpStatus;
    failure.http_status = static_cast<int>(response.result_int());
    failure.detail = response.body().substr(0, kMaxDetailBytes);
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

// Outlives the WebSocket as long as an operation is under way. Confined to the executor.
class WebSocket::Impl : public std::enable_shared_from_this<Impl> {
 public:
  using Failure = std::optional<ConnectFailure>;
  using OnMessage = std::function<void(const WebSocketRead&)>;

  Impl(const asio::any_io_executor& executor, std::shared_ptr<const Remote> remote, WebSocketLimits limits)
      : remote_(std::move(remote)),
        limits_(limits),
        stream_(executor, remote_),
        limit_(executor),
        keepalive_(executor),
        ended_(executor, steady_clock::time_point::max()) {}

  // Each keeps the state alive that it uses.
  static asio::awaitable<Failure> Connect(std::shared_ptr<Impl> self);
  static asio::awaitable<Failure> Handshake(std::shared_ptr<Impl> self, WebSocketRequest request);
  static asio::awaitable<WebSocketRead> Read(std::shared_ptr<Impl> self, OnMessage on_message);

  bool Send(absl::string_view text);
  bool sending() const { return stream_.next_layer().unsent() > 0; }
  void SetOnSent(std::function<void()> on_sent) { on_sent_ = std::move(on_sent); }
  void Close(uint16_t code);
  void Abort();
  steady_clock::time_point heard_at() const { return heard_at_; }

 private:
  Transport& transport() { return stream_.next_layer(); }
  void SetOptions(const WebSocketRequest& request);
  // Ends the connection unless Unlimit is called in time.
  void Limit(milliseconds time);
  void Unlimit();
  void Break();  // ends the connection and every operation under way
  void KeepAlive();
  void OnKeepAlive();
  void ReadSome();
  void OnRead(const error_code& ec);
  void OnSent(const error_code& ec);
  WebSocketRead MakeMessage();
  WebSocketRead MakeEnd(const error_code& ec);

  const std::shared_ptr<const Remote> remote_;
  const WebSocketLimits limits_;
  websocket::stream<Transport, /*deflateSupported=*/false> stream_;
  asio::steady_timer limit_;
  asio::steady_timer keepalive_;
  asio::steady_timer ended_;  // cancelled at the end of reading
  beast::flat_buffer received_;
  OnMessage on_message_;
  WebSocketRead end_;
  std::function<void()> on_sent_;
  steady_clock::time_point heard_at_;
  uint64_t limits_set_ = 0;  // distinguishes an expired timer from a newer one
  bool timed_out_ = false;
  bool dead_ = false;
  bool pinging_ = false;
  bool closing_ = false;
  std::string send_error_;
  asio::cancellation_signal cancel_read_, cancel_write_, cancel_ping_, cancel_close_;
};

asio::awaitable<std::optional<ConnectFailure>> WebSocket::Impl::Connect(std::shared_ptr<Impl> self) {
  self->Limit(self->limits_.connect);
  asio::awaitable<Failure> connected = self->transport().Connect();
  Failure failure = co_await std::move(connected);
  self->Unlimit();
  if (failure && self->timed_out_) {
    failure->problem = ConnectProblem::kTimeout;
    failure->detail = absl::StrCat("no connection within ", self->limits_.connect.count(), " ms");
  }
  co_return failure;
}

void WebSocket::Impl::SetOptions(const WebSocketRequest& request) {
  websocket::stream_base::timeout none;
  none.handshake_timeout = websocket::stream_base::none();
  none.idle_timeout = websocket::stream_base::none();
  none.keep_alive_pings = false;
  stream_.set_option(none);
  stream_.set_option(
      websocket::stream_base::decorator([headers = request.headers](websocket::request_type& out) {
        out.set(beast::http::field::user_agent, "benari");
        for (const auto& [name, value] : headers) out.set(name, value);
      }));
  stream_.read_message_max(limits_.message_bytes);
  stream_.write_buffer_bytes(kWriteBufferBytes);
  stream_.auto_fragment(false);
  stream_.text(true);
  // The stream must not own its owner.
  stream_.control_callback(
      [this](websocket::frame_type, beast::string_view) { heard_at_ = steady_clock::now(); });
}

asio::awaitable<std::optional<ConnectFailure>> WebSocket::Impl::Handshake(std::shared_ptr<Impl> self,
                                                                          WebSocketRequest request) {
  self->SetOptions(request);
  self->Limit(self->limits_.handshake);
  websocket::response_type response;
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  const std::string host = self->remote_->url.HostHeader();
  const std::string target = request.target.empty() ? "/" : request.target;
  co_await self->stream_.async_handshake(response, host, target, token);
  self->Unlimit();
  if (ec && self->timed_out_) {
    ConnectFailure failure;
    failure.problem = ConnectProblem::kTimeout;
    failure.detail = "connected, yet the WebSocket handshake got no answer";
    co_return failure;
  }
  if (ec) co_return HandshakeFailure(ec, response);
  self->heard_at_ = steady_clock::now();
  self->KeepAlive();
  co_return std::nullopt;
}

asio::awaitable<WebSocketRead> WebSocket::Impl::Read(std::shared_ptr<Impl> self, OnMessage on_message) {
  self->on_message_ = std::move(on_message);
  self->ReadSome();
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  co_await self->ended_.async_wait(token);
  self->on_message_ = nullptr;
  co_return std::move(self->end_);
}

// A completion for each message; the coroutine that waits in Read is resumed once, at the end.
void WebSocket::Impl::ReadSome() {
  auto on_read = [self = shared_from_this()](const error_code& ec, size_t) { self->OnRead(ec); };
  stream_.async_read_some(received_, 0,
                          asio::bind_cancellation_slot(cancel_read_.slot(), std::move(on_read)));
}

void WebSocket::Impl::OnRead(const error_code& ec) {
  if (ec) {
    end_ = MakeEnd(ec);
    ended_.cancel();
    return;
  }
  heard_at_ = steady_clock::now();
  if (stream_.is_message_done()) {
    on_message_(MakeMessage());
    received_.clear();
    if (received_.capacity() > kKeptBufferBytes) received_.shrink_to_fit();
  }
  ReadSome();
}

WebSocketRead WebSocket::Impl::MakeMessage() {
  WebSocketRead read;
  read.kind = stream_.got_text() ? WebSocketRead::Kind::kText : WebSocketRead::Kind::kBinary;
  const auto data = received_.cdata();
  read.data = absl::string_view(static_cast<const char*>(data.data()), data.size());
  return read;
}

WebSocketRead WebSocket::Impl::MakeEnd(const error_code& ec) {
  keepalive_.cancel();
  WebSocketRead read;
  const websocket::close_reason& why = stream_.reason();
  // The answer to our own close is read by async_close.
  if (ec == websocket::error::closed || (closing_ && why)) {
    read.kind = WebSocketRead::Kind::kClosed;
    read.close_code = why.code == websocket::close_code::none ? uint16_t{1005} : why.code;
    read.detail.assign(why.reason.data(), why.reason.size());
  } else if (dead_) {
    read.kind = WebSocketRead::Kind::kDead;
  } else if (ec == websocket::error::message_too_big || ec == websocket::error::buffer_overflow) {
    read.kind = WebSocketRead::Kind::kTooLarge;
  } else {
    read.detail = send_error_.empty() ? ec.message() : send_error_;
  }
  return read;
}

bool WebSocket::Impl::Send(absl::string_view text) {
  if (closing_ || sending() || !stream_.is_open()) return false;
  error_code ec;
  stream_.write(asio::buffer(text.data(), text.size()), ec);
  if (ec) {
    OnSent(ec);
  } else if (sending()) {
    auto on_sent = [self = shared_from_this()](const error_code& why) { self->OnSent(why); };
    transport().async_drain(asio::bind_cancellation_slot(cancel_write_.slot(), std::move(on_sent)));
  }
  return !ec;
}

void WebSocket::Impl::OnSent(const error_code& ec) {
  if (ec) {
    // Read, which may still wait for the server, ends as well.
    if (send_error_.empty() && !closing_) send_error_ = ec.message();
    return transport().Close();
  }
  if (on_sent_) on_sent_();
}

void WebSocket::Impl::Close(uint16_t code) {
  if (closing_) return;
  closing_ = true;
  if (!stream_.is_open()) return Abort();
  Limit(limits_.close);
  const websocket::close_reason reason(static_cast<websocket::close_code>(code));
  auto on_closed = [self = shared_from_this()](const error_code&) {
    self->Unlimit();
    self->keepalive_.cancel();
    self->transport().Close();
  };
  stream_.async_close(reason, asio::bind_cancellation_slot(cancel_close_.slot(), std::move(on_closed)));
}

void WebSocket::Impl::Abort() {
  closing_ = true;
  Unlimit();
  Break();
}

void WebSocket::Impl::Break() {
  keepalive_.cancel();
  transport().Abort();
  // An operation that waits for another one instead of the transport is not woken by that: after our close, a
  // read that has received garbage and the close wait for each other.
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    for (auto* signal :
         {&self->cancel_read_, &self->cancel_write_, &self->cancel_ping_, &self->cancel_close_}) {
      signal->emit(asio::cancellation_type::terminal);
    }
  });
}

void WebSocket::Impl::Limit(milliseconds time) {
  timed_out_ = false;
  limit_.expires_after(time);
  limit_.async_wait([self = shared_from_this(), number = ++limits_set_](const error_code& ec) {
    if (ec || number != self->limits_set_) return;
    self->timed_out_ = true;
    self->Break();
  });
}

void WebSocket::Impl::Unlimit() {
  ++limits_set_;
  limit_.cancel();
}

void WebSocket::Impl::KeepAlive() {
  const auto now = steady_clock::now();
  keepalive_.expires_at(std::min(now + limits_.ping, std::max(now, heard_at_ + limits_.dead)));
  keepalive_.async_wait([self = shared_from_this()](const error_code& ec) {
    if (!ec) self->OnKeepAlive();
  });
}

void WebSocket::Impl::OnKeepAlive() {
  if (closing_ || !stream_.is_open()) return;
  if (steady_clock::now() - heard_at_ >= limits_.dead) {
    dead_ = true;
    return Break();
  }
  if (!pinging_) {
    pinging_ = true;
    auto on_pinged = [self = shared_from_this()](const error_code&) { self->pinging_ = false; };
    stream_.async_ping({}, asio::bind_cancellation_slot(cancel_ping_.slot(), std::move(on_pinged)));
  }
  KeepAlive();
}

WebSocket::WebSocket(asio::any_io_executor executor, std::shared_ptr<const Remote> remote,
                     WebSocketLimits limits)
    : impl_(std::make_shared<Impl>(executor, std::move(remote), limits)) {}

WebSocket::~WebSocket() {
  impl_->SetOnSent(nullptr);
  impl_->Abort();
}

asio::awaitable<std::optional<ConnectFailure>> WebSocket::Connect() { return Impl::Connect(impl_); }
asio::awaitable<std::optional<ConnectFailure>> WebSocket::Handshake(WebSocketRequest request) {
  return Impl::Handshake(impl_, std::move(request));
}
asio::awaitable<WebSocketRead> WebSocket::Read(std::function<void(const WebSocketRead&)> on_message) {
  return Impl::Read(impl_, std::move(on_message));
}
bool WebSocket::Send(absl::string_view text) { return impl_->Send(text); }
bool WebSocket::sending() const { return impl_->sending(); }
void WebSocket::SetOnSent(std::function<void()> on_sent) { impl_->SetOnSent(std::move(on_sent)); }
void WebSocket::Close(uint16_t code) { impl_->Close(code); }
void WebSocket::Abort() { impl_->Abort(); }
steady_clock::time_point WebSocket::heard_at() const { return impl_->heard_at(); }

}  // namespace benari::net
