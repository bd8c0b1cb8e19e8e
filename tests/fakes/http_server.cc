#include "tests/fakes/http_server.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <map>
#include <utility>

namespace benari::fakes {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using WebSocket = beast::websocket::stream<beast::tcp_stream>;

// Asterisk's websocket_write_timeout: a reader that stalls longer is cut off.
constexpr std::chrono::milliseconds kWriteTimeout(100);

HttpRequest Plain(const Request& request) {
  HttpRequest plain;
  plain.method = std::string(request.method_string());
  plain.target = std::string(request.target());
  plain.authorization = std::string(request[http::field::authorization]);
  plain.content_type = std::string(request[http::field::content_type]);
  plain.body = request.body();
  return plain;
}

Response Build(const HttpReply& reply, const Request& request) {
  Response response(static_cast<http::status>(reply.status), request.version());
  response.set(http::field::server, "Asterisk/22.10.1");
  response.set(http::field::cache_control, "no-cache, no-store");
  if (reply.status != 204) response.set(http::field::content_type, reply.content_type);
  if (reply.challenge) response.set(http::field::www_authenticate, "Basic realm=\"Asterisk REST Interface\"");
  response.keep_alive(request.keep_alive());
  response.body() = reply.body;
  response.prepare_payload();
  if (reply.status == 204) response.set(http::field::content_length, "0");
  return response;
}

class Peer : public WebSocketPeer, public std::enable_shared_from_this<Peer> {
 public:
  explicit Peer(tcp::socket socket) : stream_(std::move(socket)), stall_(stream_.get_executor()) {}

  WebSocket& stream() { return stream_; }

  void Send(std::string text) override {
    outgoing_.push_back(std::move(text));
    if (outgoing_.size() == 1 && open_) WriteNext();
  }
  void Close() override {
    error_code ignored;
    beast::get_lowest_layer(stream_).socket().shutdown(tcp::socket::shutdown_both, ignored);
    beast::get_lowest_layer(stream_).socket().close(ignored);
    open_ = false;
  }

 private:
  void WriteNext() {
    stall_.expires_after(kWriteTimeout);
    stall_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->Close();
    });
    stream_.text(true);
    stream_.async_write(asio::buffer(outgoing_.front()),
                        [self = shared_from_this()](const error_code& error, size_t) {
                          self->stall_.cancel();
                          if (error) return;
                          self->outgoing_.pop_front();
                          if (!self->outgoing_.empty() && self->open_) self->WriteNext();
                        });
  }

  WebSocket stream_;
  asio::steady_timer stall_;
  std::deque<std::string> outgoing_;
  bool open_ = true;
};

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& loop, const Endpoint& listen, HttpLimits limits, HttpHandlers handlers)
      : loop_(loop), limits_(limits), handlers_(std::move(handlers)), acceptor_(loop), endpoint_(listen) {
    Bind();
  }

  void Start() {
    if (!acceptor_.is_open()) Bind();
    asio::co_spawn(loop_, Accept(shared_from_this()), asio::detached);
  }

  void Stop() {
    error_code ignored;
    acceptor_.close(ignored);
    const std::map<uint64_t, std::function<void()>> connections = connections_;
    for (const auto& [id, close] : connections) close();
  }

  const Endpoint& endpoint() const { return endpoint_; }
  int connections() const { return static_cast<int>(connections_.size()); }
  int refused() const { return refused_; }

 private:
  using Self = std::shared_ptr<Impl>;

  void Bind() {
    const tcp::endpoint at(asio::ip::make_address(endpoint_.host), endpoint_.port);
    acceptor_.open(at.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(at);
    acceptor_.listen();
    endpoint_.port = acceptor_.local_endpoint().port();
  }

  static asio::awaitable<void> Accept(Self self) {
    while (true) {
      error_code error;
      tcp::socket socket(self->loop_);
      co_await self->acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
      if (!self->acceptor_.is_open()) co_return;
      if (error) continue;
      if (self->connections() >= self->limits_.session_limit) {
        ++self->refused_;
        continue;  // the socket closes here, without an answer
      }
      socket.set_option(tcp::no_delay(true), error);
      asio::co_spawn(self->loop_, Serve(self, std::move(socket)), asio::detached);
    }
  }

  // One connection: requests one after the other, until it is upgraded, idle, or closed.
  static asio::awaitable<void> Serve(Self self, tcp::socket socket) {
    const auto stream = std::make_shared<beast::tcp_stream>(std::move(socket));
    const uint64_t id = ++self->last_connection_;
    self->connections_[id] = [stream] {
      error_code ignored;
      stream->socket().shutdown(tcp::socket::shutdown_both, ignored);
      stream->socket().close(ignored);
    };
    beast::flat_buffer buffer;
    error_code error;
    bool keep = true;
    while (keep) {
      Request request;
      stream->expires_after(self->limits_.keep_alive);
      co_await http::async_read(*stream, buffer, request, asio::redirect_error(asio::use_awaitable, error));
      if (error) break;
      stream->expires_never();
      const HttpRequest plain = Plain(request);
      const bool upgrade = beast::websocket::is_upgrade(request);
      std::optional<HttpReply> reply =
          upgrade ? self->handlers_.on_upgrade(plain) : self->handlers_.on_request(plain);
      if (!reply) {
        co_await RunWebSocket(self, id, stream->release_socket(), std::move(request));
        break;
      }
      co_await Wait(self, self->handlers_.answer_delay());
      Response response = Build(*reply, request);
      keep = response.keep_alive();
      co_await http::async_write(*stream, response, asio::redirect_error(asio::use_awaitable, error));
      if (error) break;
    }
    self->connections_.erase(id);
  }

  static asio::awaitable<void> Wait(Self self, std::chrono::steady_clock::duration delay) {
    if (delay <= delay.zero()) co_return;
    asio::steady_timer timer(self->loop_, delay);
    error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  static asio::awaitable<void> RunWebSocket(Self self, uint64_t id, tcp::socket socket, Request request) {
    const auto peer = std::make_shared<Peer>(std::move(socket));
    self->connections_[id] = [peer] { peer->Close(); };
    const HttpRequest plain = Plain(request);
    error_code error;
    co_await peer->stream().async_accept(request, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    self->handlers_.on_open(peer, plain);
    beast::flat_buffer buffer;
    while (true) {
      co_await peer->stream().async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
      if (error) break;
      const std::string text = beast::buffers_to_string(buffer.data());
      buffer.consume(buffer.size());
      self->handlers_.on_message(*peer, text);
    }
    self->handlers_.on_closed(*peer);
  }

  asio::io_context& loop_;
  const HttpLimits limits_;
  const HttpHandlers handlers_;
  tcp::acceptor acceptor_;
  Endpoint endpoint_;
  std::map<uint64_t, std::function<void()>> connections_;  // how to close each
  uint64_t last_connection_ = 0;
  int refused_ = 0;
};

HttpServer::HttpServer(asio::io_context& loop, const Endpoint& listen, HttpLimits limits,
                       HttpHandlers handlers)
    : impl_(std::make_shared<Impl>(loop, listen, limits, std::move(handlers))) {}

HttpServer::~HttpServer() { impl_->Stop(); }

void HttpServer::Start() { impl_->Start(); }
void HttpServer::Stop() { impl_->Stop(); }
const Endpoint& HttpServer::endpoint() const { return impl_->endpoint(); }
int HttpServer::connections() const { return impl_->connections(); }
int HttpServer::refused_connections() const { return impl_->refused(); }

}  // namespace benari::fakes
