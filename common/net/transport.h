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

#include "common/net/buffered_socket.h"
#include "common/net/connect_failure.h"
#include "common/net/name_resolver.h"
#include "common/net/remote.h"

namespace benari::net {

// One TCP connection to a server, plain or TLS as the URL says, in the shape of Asio's AsyncReadStream and
// AsyncWriteStream, so that Beast is compiled once for both; writes are those of BufferedSocket. Include it
// in .cc files only.
// Confined to its executor, which runs one thread.
// The object must exist until every operation has completed.
class Transport {
 public:
  using executor_type = boost::asio::any_io_executor;

  Transport(executor_type executor, std::shared_ptr<const Remote> remote);

  // Resolves the name, connects, does the TLS handshake and verifies the certificate. Returns nullopt on
  // success. Close() aborts it. It has time limits of its own only where there is an alternative: for a
  // look-up if addresses are known, and for each address but the last.
  boost::asio::awaitable<std::optional<ConnectFailure>> Connect();

  // Closes the connection at once; every operation under way completes with an error.
  void Close();
  // As Close, but data that was sent and has not been acknowledged is not sent again (RST instead of FIN).
  void Abort();

  // Returns true if an idle connection can carry another request: open, and with nothing to read.
  bool IsQuiet();

  executor_type get_executor() { return socket_.get_executor(); }
  size_t unsent() const { return socket_.unsent(); }

  template <typename Token>
  auto async_drain(Token&& token) {
    return socket_.async_drain(std::forward<Token>(token));
  }
  // Never waits.
  template <typename Buffers>
  size_t write_some(const Buffers& buffers, boost::system::error_code& ec) {
    return tls_ ? tls_->write_some(buffers, ec) : socket_.write_some(buffers, ec);
  }
  // Beast asks for the rest of Asio's SyncStream, and uses none of it.
  template <typename Buffers>
  size_t write_some(const Buffers& buffers);
  template <typename Buffers>
  size_t read_some(const Buffers& buffers);
  template <typename Buffers>
  size_t read_some(const Buffers& buffers, boost::system::error_code& ec);
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
  // Removes the addresses that must not be connected to; returns a failure if none is left.
  Failure Filter(std::vector<boost::asio::ip::tcp::endpoint>* addresses) const;
  // Stores the addresses that it finds in the address book; returns a failure only if that is empty.
  boost::asio::awaitable<Failure> LookUp();
  boost::asio::awaitable<Failure> ConnectTo(boost::asio::ip::tcp::endpoint address, bool last);
  boost::asio::awaitable<Failure> ShakeHands();
  Failure TlsFailure(const boost::system::error_code& ec);

  boost::asio::ip::tcp::socket& tcp_socket() { return socket_.lowest_layer(); }

  std::shared_ptr<const Remote> remote_;
  std::shared_ptr<NameResolver::Request> look_up_;  // its answer is of use as long as it is not closed
  BufferedSocket socket_;
  std::shared_ptr<boost::asio::steady_timer> limit_;  // of a look-up, or of one address
  std::optional<boost::asio::ssl::stream<BufferedSocket&>> tls_;
  bool closed_ = false;
};

}  // namespace benari::net
