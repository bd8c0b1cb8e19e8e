#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/net/connect_failure.h"
#include "common/net/remote.h"

namespace benari::net {

// One TCP connection to a server, plain or TLS as the URL says, in the shape of Asio's AsyncReadStream and
// AsyncWriteStream, so that Beast is compiled once for both. Include it in .cc files only.
// Confined to its executor, which runs one thread; whoever started an operation keeps the object until it has
// completed.
class Transport {
 public:
  using executor_type = boost::asio::any_io_executor;

  Transport(executor_type executor, std::shared_ptr<const Remote> remote);

  // Resolves, connects, shakes hands and verifies; nothing: done. Close() ends it at once; by itself it
  // limits only what another address may make up for: a look-up where addresses are known, and each address
  // but the last.
  boost::asio::awaitable<std::optional<ConnectFailure>> Connect();

  // At once and for good; every operation under way completes with an error.
  void Close();
  // Likewise, and what was sent but has not arrived is not sent again (RST in the place of FIN).
  void Abort();

  // Whether an idle connection is worth another request: open, and nothing unread (such as a close).
  bool IsQuiet();

  executor_type get_executor() { return socket_.get_executor(); }

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
  using Failure = std::optional<ConnectFailure>;

  boost::asio::awaitable<Failure> ConnectTcp();
  // Removes what may not be connected to; a failure if nothing is left.
  Failure Filter(std::vector<boost::asio::ip::tcp::endpoint>* addresses) const;
  // Leaves what it finds in the address book; a failure only where that is empty.
  boost::asio::awaitable<Failure> LookUp();
  boost::asio::awaitable<Failure> ConnectTo(boost::asio::ip::tcp::endpoint address, bool last);
  boost::asio::awaitable<Failure> ShakeHands();
  Failure TlsFailure(const boost::system::error_code& ec);

  std::shared_ptr<const Remote> remote_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<boost::asio::steady_timer> limit_;  // of a look-up, or of one address
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  bool closed_ = false;
};

}  // namespace benari::net
