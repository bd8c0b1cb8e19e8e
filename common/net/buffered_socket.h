#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <string>
#include <utility>

namespace benari::net {

// A TCP socket that accepts every write as a whole: what the system does not take at once is kept, and sent
// in order while somebody waits in async_drain or async_write_some. So writes may be synchronous and never
// block, and a message is never torn by another one. Whoever writes limits what is kept by looking at
// `unsent`. In the shape of Asio's streams, so that TLS and Beast can run over it. Include it in .cc files
// only. Confined to its executor, which runs one thread; whoever started an operation keeps the object until
// it has completed.
class BufferedSocket {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using executor_type = Socket::executor_type;
  using lowest_layer_type = Socket;

  explicit BufferedSocket(const executor_type& executor) : socket_(executor) {}

  Socket& lowest_layer() { return socket_; }
  executor_type get_executor() { return socket_.get_executor(); }

  // Bytes that the system has not taken yet.
  size_t unsent() const { return unsent_.size(); }

  template <typename Buffers>
  size_t read_some(const Buffers& buffers, boost::system::error_code& ec) {
    return socket_.read_some(buffers, ec);
  }
  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return socket_.async_read_some(buffers, std::forward<Token>(token));
  }

  // Accepts all of it, unless the connection is broken. The socket is non-blocking.
  template <typename Buffers>
  size_t write_some(const Buffers& buffers, boost::system::error_code& ec) {
    const size_t bytes = boost::asio::buffer_size(buffers);
    ec = {};
    size_t sent = 0;
    if (unsent_.empty()) {
      sent = socket_.write_some(buffers, ec);
      if (ec == boost::asio::error::would_block) ec = {};
      if (ec) return 0;
    }
    if (sent < bytes) Keep(buffers, bytes, sent);
    return bytes;
  }

  // The same; completes once everything has been sent that was accepted before.
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    using boost::system::error_code;
    size_t accepted = 0;
    bool begun = false;
    auto step = [this, buffers, accepted, begun](auto& self, error_code ec = {}) mutable {
      if (!begun) {
        begun = true;
        accepted = write_some(buffers, ec);
        if (ec || unsent_.empty()) {
          return boost::asio::post(get_executor(), [self = std::move(self), ec, accepted]() mutable {
            self.complete(ec, accepted);
          });
        }
      } else if (!ec) {
        SendKept(ec);
      }
      if (ec || unsent_.empty()) return self.complete(ec, accepted);
      socket_.async_wait(Socket::wait_write, std::move(self));
    };
    return boost::asio::async_compose<Token, void(error_code, size_t)>(std::move(step), token, socket_);
  }

  // Completes once nothing is left unsent.
  template <typename Token>
  auto async_drain(Token&& token) {
    using boost::system::error_code;
    auto step = [this, begun = false](auto& self, error_code ec = {}) mutable {
      if (std::exchange(begun, true) && !ec) {
        SendKept(ec);
        if (!ec && unsent_.empty()) return self.complete(ec);
      }
      if (ec) return self.complete(ec);
      socket_.async_wait(Socket::wait_write, std::move(self));
    };
    return boost::asio::async_compose<Token, void(error_code)>(std::move(step), token, socket_);
  }

 private:
  template <typename Buffers>
  void Keep(const Buffers& buffers, size_t bytes, size_t sent) {
    const size_t before = unsent_.size();
    unsent_.resize(before + bytes);
    boost::asio::buffer_copy(boost::asio::buffer(unsent_) + before, buffers);
    unsent_.erase(before, sent);
  }
  void SendKept(boost::system::error_code& ec) {
    if (unsent_.empty()) return;
    const size_t sent = socket_.write_some(boost::asio::buffer(unsent_), ec);
    if (ec == boost::asio::error::would_block) ec = {};
    unsent_.erase(0, sent);
    if (unsent_.empty()) unsent_.shrink_to_fit();
  }

  Socket socket_;
  std::string unsent_;
};

}  // namespace benari::net
