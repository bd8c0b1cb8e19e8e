#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace benari::http {

// One connection of a client, plain or TLS, in the shape of Asio's AsyncReadStream and AsyncWriteStream, so
// that Beast is compiled once for both. Include it in .cc files only. Confined to its executor, which runs
// one thread. The object must exist until every operation has completed.
class Connection {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  // `tls` null: plain.
  Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> tls)
      : context_(std::move(tls)), tcp_(std::move(socket)) {
    if (context_ != nullptr) tls_.emplace(tcp_, *context_);
  }

  executor_type get_executor() { return tcp_.get_executor(); }
  bool encrypted() const { return tls_.has_value(); }
  // Below TLS. Its expires_after limits the operations here too.
  boost::beast::tcp_stream& tcp() { return tcp_; }
  boost::asio::ip::tcp::socket& socket() { return tcp_.socket(); }

  // Of an encrypted connection, first.
  template <typename Token>
  auto async_handshake(Token&& token) {
    return tls_->async_handshake(boost::asio::ssl::stream_base::server, std::forward<Token>(token));
  }
  // Of an encrypted connection, last: says that nothing follows, and waits for the client to say so.
  template <typename Token>
  auto async_shutdown(Token&& token) {
    return tls_->async_shutdown(std::forward<Token>(token));
  }
  // Goes on without TLS, after a handshake that has failed.
  void GiveUpTls() { tls_.reset(); }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_read_some(buffers, std::forward<Token>(token));
    return tcp_.async_read_some(buffers, std::forward<Token>(token));
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (tls_) return tls_->async_write_some(buffers, std::forward<Token>(token));
    return tcp_.async_write_some(buffers, std::forward<Token>(token));
  }

 private:
  const std::shared_ptr<boost::asio::ssl::context> context_;
  boost::beast::tcp_stream tcp_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace benari::http
