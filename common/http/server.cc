#include "common/http/server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <list>
#include <set>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/http/beast_message.h"
#include "common/http/connection.h"

namespace benari::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kAcceptAgain{100};  // after an error, such as too many open files
// The send buffer of a stream: small, so that a reader that lags behind is detected early.
constexpr int kStreamBufferBytes = 128 << 10;
constexpr absl::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

using Stream = std::shared_ptr<Connection>;

void Close(Connection& stream) {
  error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
  stream.socket().close(ignored);
}

bool IsThere(Connection& stream) {
  char byte = 0;
  return ::recv(stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

// The client has sent a request in the place of a TLS handshake.
bool IsPlainHttp(const error_code& error) {
  return error.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
}

}  // namespace

const char* ToString(Limit limit) {
  switch (limit) {
    case Limit::kConnections:
      return "connections";
    case Limit::kStreams:
      return "streams";
    case Limit::kHeaderBytes:
      return "header_bytes";
    case Limit::kBodyBytes:
      return "body_bytes";
    case Limit::kRequestTime:
      return "request_time";
    case Limit::kWriteTime:
      return "write_time";
  }
  return "unknown";
}

class Server::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::any_io_executor executor, Limits limits, Handler handler, Hooks hooks, TlsContext tls)
      : executor_(executor),
        limits_(limits),
        handler_(std::move(handler)),
        hooks_(std::move(hooks)),
        tls_(std::move(tls)),
        acceptor_(executor) {}

  // Throws boost::system::system_error.
  void Listen(const Endpoint& listen) {
    tcp::resolver resolver(executor_);
    const tcp::endpoint at =
        *resolver.resolve(listen.host, std::to_string(listen.port), tcp::resolver::passive).begin();
    acceptor_.open(at.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(at);
    acceptor_.listen();
    endpoint_ = Endpoint(listen.host, acceptor_.local_endpoint().port());
    asio::co_spawn(executor_, Accept(shared_from_this()), asio::detached);
  }

  void Stop() {
    error_code ignored;
    acceptor_.close(ignored);
    for (const Stream& each : connections_) Close(*each);
  }

  void set_tls(TlsContext tls) { tls_ = std::move(tls); }

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  using Self = std::shared_ptr<Impl>;

  bool stopped() const { return !acceptor_.is_open(); }

  static asio::awaitable<void> Accept(Self self) {
    while (!self->stopped()) {
      error_code error;
      tcp::socket socket(self->executor_);
      co_await self->acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
      if (self->stopped()) co_return;
      if (error) {
        co_await Pause(self, kAcceptAgain);
      } else if (self->MakeRoom()) {
        socket.set_option(tcp::no_delay(true), error);
        const auto stream = std::make_shared<Connection>(std::move(socket), self->tls_);
        self->connections_.insert(stream);
        self->hooks_.on_connections(self->connections_.size());
        asio::co_spawn(self->executor_, Serve(self, stream), asio::detached);
      }
    }
  }

  static asio::awaitable<void> Pause(Self self, std::chrono::milliseconds length) {
    asio::steady_timer timer(self->executor_, length);
    error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  // Returns false if every connection waits for a response of ours, or runs a stream.
  bool MakeRoom() {
    if (connections_.size() < limits_.connections) return true;
    hooks_.on_limit(Limit::kConnections);
    const std::list<Stream>& silent = waiting_.empty() ? answered_ : waiting_;
    if (silent.empty()) return false;
    const Stream longest = silent.front();
    Close(*longest);
    Forget(longest);
    return true;
  }

  void Forget(const Stream& stream) {
    waiting_.remove(stream);
    answered_.remove(stream);
    connections_.erase(stream);
    if (stopped()) return;
    hooks_.on_connections(connections_.size());
  }

  // Serves one connection, one request after the other.
  static asio::awaitable<void> Serve(Self self, Stream stream) {
    const absl::Cleanup forget = [self, stream] { self->Forget(stream); };
    if (stream->encrypted()) {
      const bool encrypted = co_await ShakeHands(self, stream);
      if (!encrypted) co_return;
    }
    beast::flat_buffer buffer(self->limits_.header_bytes);
    bool keep = true;
    while (keep && !self->stopped()) {
      Parser parser;
      parser.header_limit(static_cast<uint32_t>(self->limits_.header_bytes));
      if (self->TakesBodies()) {
        parser.body_limit(self->limits_.body_bytes);
      } else {
        parser.body_limit(boost::none);
      }
      stream->tcp().expires_after(self->limits_.request_time);
      error_code error;
      self->waiting_.push_back(stream);
      co_await beast::http::async_read_header(*stream, buffer, parser,
                                              asio::redirect_error(asio::use_awaitable, error));
      if (!error && self->TakesBodies() && HasBody(parser))
        co_await ReadBody(self, stream, buffer, parser, error);
      self->waiting_.remove(stream);
      if (self->stopped()) co_return;
      if (error) {
        co_await Refuse(self, stream, parser, error);
        co_return;
      }
      const bool unread = HasBody(parser) && !self->TakesBodies();
      keep = !unread && parser.keep_alive();
      const Request request = RequestOf(parser, stream->socket());
      asio::awaitable<Reply> answer = self->Answer(request);
      Reply reply = co_await std::move(answer);
      if (self->stopped()) co_return;
      const bool streams = reply.more != nullptr && request.method == "GET";
      if (streams && self->streams_ >= self->limits_.streams) {
        self->hooks_.on_limit(Limit::kStreams);
        reply = self->hooks_.make_error(503, absl::StrCat("there are ", self->streams_, " streams already"));
      } else if (streams) {
        co_await SendStream(self, stream, std::move(reply));
        co_return;
      }
      const bool head = request.method == "HEAD";
      const bool sent = co_await Send(self, stream, std::move(reply), head, keep);
      keep = keep && sent;
      if (sent && unread) co_await LetGo(self, stream);
    }
    if (!self->stopped()) co_await EndSending(self, stream);
  }

  static asio::awaitable<bool> ShakeHands(Self self, Stream stream) {
    stream->tcp().expires_after(self->limits_.request_time);
    error_code error;
    self->waiting_.push_back(stream);
    co_await stream->async_handshake(asio::redirect_error(asio::use_awaitable, error));
    self->waiting_.remove(stream);
    if (self->stopped()) co_return false;
    if (error == beast::error::timeout) self->hooks_.on_limit(Limit::kRequestTime);
    if (IsPlainHttp(error)) {
      stream->GiveUpTls();
      std::string what = "this port speaks TLS, accepted are requests to https://";
      co_await SendLast(self, stream, 400, std::move(what));
    }
    co_return !error;
  }

  // Within the time of a request, in which a client may go on sending.
  static asio::awaitable<void> EndSending(Self self, Stream stream) {
    error_code ignored;
    if (stream->encrypted()) {
      stream->tcp().expires_after(self->limits_.request_time);
      self->waiting_.push_back(stream);
      co_await stream->async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
      self->waiting_.remove(stream);
    }
    stream->socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  bool TakesBodies() const { return limits_.body_bytes > 0; }

  asio::awaitable<Reply> Answer(const Request& request) {
    const bool get = request.method == "GET" || request.method == "HEAD";
    if (get || (TakesBodies() && request.method == "POST")) return handler_(request);
    return RefuseMethod(request.method);
  }

  asio::awaitable<Reply> RefuseMethod(std::string method) {
    const char* const accepted = TakesBodies() ? "GET, HEAD and POST" : "GET and HEAD";
    Reply reply = hooks_.make_error(405, absl::StrCat("the method is ", method, ", accepted are ", accepted));
    reply.headers.emplace_back("Allow", TakesBodies() ? "GET, HEAD, POST" : "GET, HEAD");
    co_return reply;
  }

  // Within the time of the request.
  static asio::awaitable<void> ReadBody(Self self, Stream stream, beast::flat_buffer& buffer, Parser& parser,
                                        error_code& error) {
    if (beast::iequals(parser.get()[beast::http::field::expect], "100-continue")) {
      co_await asio::async_write(*stream, asio::buffer(kContinue),
                                 asio::redirect_error(asio::use_awaitable, error));
    }
    if (error || self->stopped()) co_return;
    co_await beast::http::async_read(*stream, buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
  }

  // Ends a connection of which not everything was read: to close it at once would reset it, and its client
  // might never see the answer.
  static asio::awaitable<void> LetGo(Self self, Stream stream) {
    co_await EndSending(self, stream);
    error_code error;
    stream->tcp().expires_after(self->limits_.request_time);
    std::array<char, 4096> rest;
    self->waiting_.push_back(stream);
    while (!error && !self->stopped()) {
      co_await stream->tcp().async_read_some(asio::buffer(rest),
                                             asio::redirect_error(asio::use_awaitable, error));
    }
    self->waiting_.remove(stream);
  }

  static asio::awaitable<void> Refuse(Self self, Stream stream, const Parser& parser, error_code error) {
    if (IsTooLong(error)) {
      self->hooks_.on_limit(Limit::kHeaderBytes);
      std::string what = absl::StrCat("the request is longer than ", self->limits_.header_bytes, " bytes");
      co_await SendLast(self, stream, 431, std::move(what));
    } else if (error == beast::http::error::body_limit) {
      self->hooks_.on_limit(Limit::kBodyBytes);
      std::string what = absl::StrCat("the body is longer than ", self->limits_.body_bytes, " bytes");
      co_await SendLast(self, stream, 413, std::move(what));
    } else if (IsNotHttp(error)) {
      std::string what = "this is not an HTTP request: " + error.message();
      co_await SendLast(self, stream, 400, std::move(what));
    } else if (error == beast::error::timeout && parser.got_some()) {
      self->hooks_.on_limit(Limit::kRequestTime);
    }
  }

  static asio::awaitable<void> SendLast(Self self, Stream stream, int status, std::string what) {
    Reply reply = self->hooks_.make_error(status, what);
    const bool sent = co_await Send(self, stream, std::move(reply), /*head=*/false, /*keep=*/false);
    if (sent) co_await LetGo(self, stream);
  }

  // Returns false if it was not sent.
  static asio::awaitable<bool> Send(Self self, Stream stream, Reply reply, bool head, bool keep) {
    auto response = ResponseTo<beast::http::string_body>(reply, keep);
    response.content_length(reply.body.size());
    if (!head) response.body() = std::move(reply.body);
    stream->tcp().expires_after(self->limits_.write_time);
    error_code error;
    self->answered_.push_back(stream);
    co_await beast::http::async_write(*stream, response, asio::redirect_error(asio::use_awaitable, error));
    self->answered_.remove(stream);
    if (error == beast::error::timeout) self->hooks_.on_limit(Limit::kWriteTime);
    co_return !error;
  }

  // Runs until the reader has disconnected, or does not read.
  static asio::awaitable<void> SendStream(Self self, Stream stream, Reply reply) {
    ++self->streams_;
    const absl::Cleanup over = [self] { --self->streams_; };
    error_code error;
    stream->socket().set_option(asio::socket_base::send_buffer_size(kStreamBufferBytes), error);
    auto response = ResponseTo<beast::http::empty_body>(reply, /*keep_alive=*/false);
    beast::http::response_serializer<beast::http::empty_body> serializer(response);
    stream->tcp().expires_after(self->limits_.write_time);
    co_await beast::http::async_write_header(*stream, serializer,
                                             asio::redirect_error(asio::use_awaitable, error));
    std::string piece = std::move(reply.body);
    while (!error && !self->stopped() && IsThere(*stream)) {
      piece += reply.more();
      if (!piece.empty()) {
        stream->tcp().expires_after(self->limits_.write_time);
        co_await asio::async_write(*stream, asio::buffer(piece),
                                   asio::redirect_error(asio::use_awaitable, error));
        if (error == beast::error::timeout) self->hooks_.on_limit(Limit::kWriteTime);
        piece.clear();
      }
      if (!error) co_await Pause(self, self->limits_.stream_pause);
    }
  }

  const asio::any_io_executor executor_;
  const Limits limits_;
  const Handler handler_;
  const Hooks hooks_;
  TlsContext tls_;  // of new connections; null: they are plain
  tcp::acceptor acceptor_;
  Endpoint endpoint_;
  std::set<Stream> connections_;
  std::list<Stream> waiting_;   // of them: for a request, the longest first
  std::list<Stream> answered_;  // of them: those that read an answer, the longest first
  size_t streams_ = 0;          // of them
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(asio::any_io_executor executor, const Endpoint& listen,
                                                      Limits limits, Handler handler, Hooks hooks,
                                                      TlsContext tls) {
  auto impl = std::make_shared<Impl>(std::move(executor), limits, std::move(handler), std::move(hooks),
                                     std::move(tls));
  try {
    impl->Listen(listen);
  } catch (const boost::system::system_error& error) {
    return absl::UnavailableError(error.code().message());
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() { impl_->Stop(); }

void Server::set_tls(TlsContext tls) { impl_->set_tls(std::move(tls)); }

const Endpoint& Server::endpoint() const { return impl_->endpoint(); }

}  // namespace benari::http
