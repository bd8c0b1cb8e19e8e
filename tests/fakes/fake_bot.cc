#include "tests/fakes/fake_bot.h"

#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace benari::fakes {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

// A socket, plain or TLS, so that Beast is compiled once for both.
class BotSocket {
 public:
  using executor_type = tcp::socket::executor_type;

  BotSocket(tcp::socket socket, asio::ssl::context* tls) : socket_(std::move(socket)) {
    if (tls != nullptr) tls_ = std::make_unique<asio::ssl::stream<tcp::socket&>>(socket_, *tls);
  }
  executor_type get_executor() { return socket_.get_executor(); }
  tcp::socket& plain() { return socket_; }
  asio::ssl::stream<tcp::socket&>* tls() { return tls_.get(); }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_read_some(buffers, std::forward<Token>(token));
    return socket_.async_read_some(buffers, std::forward<Token>(token));
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_write_some(buffers, std::forward<Token>(token));
    return socket_.async_write_some(buffers, std::forward<Token>(token));
  }

 private:
  tcp::socket socket_;
  std::unique_ptr<asio::ssl::stream<tcp::socket&>> tls_;
};

template <typename Handler>
void async_teardown(beast::role_type, BotSocket& socket, Handler&& handler) {
  error_code ignored;
  socket.plain().close(ignored);
  asio::post(socket.get_executor(), asio::append(std::forward<Handler>(handler), error_code()));
}
[[maybe_unused]] static void beast_close_socket(BotSocket& socket) {
  error_code ignored;
  socket.plain().close(ignored);
}

namespace {

struct Session {
  Session(tcp::socket socket, asio::ssl::context* tls, BotConduct how, size_t at)
      : stream(std::move(socket), tls), conduct(how), timer(stream.get_executor()), number(at) {}

  struct Outgoing {
    std::string bytes;
    bool text = true;
  };

  websocket::stream<BotSocket, false> stream;
  const BotConduct conduct;
  asio::steady_timer timer;
  const size_t number;
  bool may_read = false;
  std::deque<Outgoing> outgoing;
  std::optional<websocket::close_reason> close;  // once all of it is sent
};

using SessionPtr = std::shared_ptr<Session>;

// Sends what is to be sent, and then closes. Beast would close in the middle of a long message.
void WriteNext(const SessionPtr& session) {
  if (session->outgoing.empty()) {
    if (session->close) session->stream.async_close(*session->close, [session](const error_code&) {});
    return;
  }
  session->stream.text(session->outgoing.front().text);
  session->stream.async_write(asio::buffer(session->outgoing.front().bytes),
                              [session](const error_code& ec, size_t) {
                                if (ec) return;
                                session->outgoing.pop_front();
                                WriteNext(session);
                              });
}

}  // namespace

class FakeBot::Impl {
 public:
  Impl(std::vector<BotConduct> conducts, const TlsFiles& tls) : conducts_(std::move(conducts)) {
    if (!tls.cert.empty()) {
      tls_.emplace(asio::ssl::context::tls_server);
      tls_->use_certificate_chain_file(tls.cert);
      tls_->use_private_key_file(tls.key, asio::ssl::context::pem);
      if (!tls.ca.empty()) {
        tls_->load_verify_file(tls.ca);
        tls_->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
      }
    }
    asio::co_spawn(io_, Accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Impl() {
    io_.stop();
    thread_.join();
  }

  uint16_t port() const { return acceptor_.local_endpoint().port(); }
  bool tls() const { return tls_.has_value(); }
  Connections connections() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return connections_;
  }
  bool WaitUntil(const std::function<bool(const Connections&)>& done) const {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return done(connections_); });
  }
  // Runs `what` on the thread, with the last session that was opened.
  void WithSession(std::function<void(const SessionPtr&)> what) {
    asio::post(io_, [this, what = std::move(what)] {
      if (opened_ != nullptr) what(opened_);
    });
  }

 private:
  asio::awaitable<void> Accept();
  asio::awaitable<void> Serve(SessionPtr session);
  asio::awaitable<bool> Answer(SessionPtr session);
  asio::awaitable<void> ReadAll(SessionPtr session);
  void Change(const SessionPtr& session, const std::function<void(Connection&)>& change) {
    const std::lock_guard<std::mutex> lock(mutex_);
    change(connections_[session->number]);
    changed_.notify_all();
  }

  const std::vector<BotConduct> conducts_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::optional<asio::ssl::context> tls_;
  SessionPtr opened_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Connections connections_;
  std::thread thread_;
};

asio::awaitable<void> FakeBot::Impl::Accept() {
  while (true) {
    tcp::socket socket(io_);
    error_code ec;
    auto token = asio::redirect_error(asio::use_awaitable, ec);
    co_await acceptor_.async_accept(socket, token);
    if (ec) co_return;
    size_t number = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      number = connections_.size();
      connections_.emplace_back();
      changed_.notify_all();
    }
    const BotConduct conduct = conducts_[std::min(number, conducts_.size() - 1)];
    auto session = std::make_shared<Session>(std::move(socket), tls_ ? &*tls_ : nullptr, conduct, number);
    asio::co_spawn(io_, Serve(session), asio::detached);
  }
}

asio::awaitable<void> FakeBot::Impl::Serve(SessionPtr session) {
  asio::awaitable<bool> answered = Answer(session);
  const bool open = co_await std::move(answered);
  if (open) {
    opened_ = session;
    session->stream.read_message_max(0);
    session->stream.control_callback(
        [this, session = session.get()](websocket::frame_type type, beast::string_view) {
          const std::lock_guard<std::mutex> lock(mutex_);
          if (type == websocket::frame_type::ping) ++connections_[session->number].pings;
          if (type == websocket::frame_type::pong) ++connections_[session->number].pongs;
          changed_.notify_all();
        });
    Change(session, [](Connection& connection) { connection.open = true; });
    asio::awaitable<void> read = ReadAll(session);
    co_await std::move(read);
  }
  Change(session, [](Connection& connection) {
    connection.open = false;
    connection.ended = true;
  });
}

asio::awaitable<bool> FakeBot::Impl::Answer(SessionPtr session) {
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  BotSocket& socket = session->stream.next_layer();
  if (socket.tls() != nullptr) {
    co_await socket.tls()->async_handshake(asio::ssl::stream_base::server, token);
    if (ec) co_return false;
  }
  beast::flat_buffer buffer;
  http::request<http::empty_body> request;
  co_await http::async_read(socket, buffer, request, token);
  if (ec) co_return false;
  Change(session, [&request](Connection& connection) {
    connection.target = std::string(request.target());
    for (const auto& field : request) {
      connection.headers[std::string(field.name_string())] = std::string(field.value());
    }
  });
  if (session->conduct.answer == BotConduct::Answer::kNone) {
    char byte = 0;
    co_await socket.async_read_some(asio::buffer(&byte, 1), token);
    co_return false;
  }
  session->timer.expires_after(session->conduct.answer_after);
  co_await session->timer.async_wait(token);
  if (session->conduct.answer == BotConduct::Answer::kClose) co_return false;
  if (session->conduct.answer == BotConduct::Answer::kRefuse) {
    http::response<http::string_body> response(static_cast<http::status>(session->conduct.status), 11);
    response.body() = "first line\nsecond line";
    response.prepare_payload();
    co_await http::async_write(socket, response, token);
    co_return false;
  }
  co_await session->stream.async_accept(request, token);
  co_return !ec;
}

asio::awaitable<void> FakeBot::Impl::ReadAll(SessionPtr session) {
  error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  session->timer.expires_at(asio::steady_timer::time_point::max());
  if (!session->conduct.reads && !session->may_read) co_await session->timer.async_wait(token);
  beast::flat_buffer buffer;
  while (true) {
    co_await session->stream.async_read(buffer, token);
    if (ec) break;
    std::string text = beast::buffers_to_string(buffer.data());
    buffer.clear();
    Change(session, [&text](Connection& connection) { connection.messages.push_back(std::move(text)); });
  }
  const int code = ec == websocket::error::closed ? static_cast<int>(session->stream.reason().code) : 0;
  Change(session, [code](Connection& connection) { connection.close_code = code; });
}

FakeBot::FakeBot(std::vector<BotConduct> conducts, const TlsFiles& tls)
    : impl_(std::make_unique<Impl>(std::move(conducts), tls)) {}
FakeBot::~FakeBot() = default;

uint16_t FakeBot::port() const { return impl_->port(); }
std::string FakeBot::Url(const std::string& target, const std::string& host) const {
  return (impl_->tls() ? "wss://" : "ws://") + host + ":" + std::to_string(port()) + target;
}
FakeBot::Connections FakeBot::connections() const { return impl_->connections(); }
bool FakeBot::WaitUntil(const std::function<bool(const Connections&)>& done) const {
  return impl_->WaitUntil(done);
}

void FakeBot::Send(std::string text) {
  impl_->WithSession([text = std::move(text)](const SessionPtr& session) {
    session->outgoing.push_back({text, true});
    if (session->outgoing.size() == 1) WriteNext(session);
  });
}
void FakeBot::SendBinary(std::string bytes) {
  impl_->WithSession([bytes = std::move(bytes)](const SessionPtr& session) {
    session->outgoing.push_back({bytes, false});
    if (session->outgoing.size() == 1) WriteNext(session);
  });
}
void FakeBot::Ping() {
  impl_->WithSession(
      [](const SessionPtr& session) { session->stream.async_ping({}, [session](const error_code&) {}); });
}
void FakeBot::Close(uint16_t code) {
  impl_->WithSession([code](const SessionPtr& session) {
    websocket::close_reason reason;
    if (code != 1005) reason.code = static_cast<websocket::close_code>(code);
    if (code != 1005) reason.reason = "as the test says";
    session->close = reason;
    if (session->outgoing.empty()) WriteNext(session);
  });
}
void FakeBot::Reset() {
  impl_->WithSession([](const SessionPtr& session) {
    error_code ignored;
    tcp::socket& socket = session->stream.next_layer().plain();
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
  });
}
void FakeBot::StartReading() {
  impl_->WithSession([](const SessionPtr& session) {
    session->may_read = true;
    session->timer.cancel();
  });
}

}  // namespace benari::fakes
