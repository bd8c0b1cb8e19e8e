#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "control/ari/access.h"
#include "control/ari/client.h"

namespace benari::bench {

// REST requests over ARI's event WebSocket (Asterisk 22.4): res/ari/ari_websocket_requests.c. Any number may
// be under way. Confined to the thread of its loop.
class WebSocketRequests {
 public:
  explicit WebSocketRequests(boost::asio::io_context& loop);

  // Blocks. Throws what Beast throws.
  void Connect(const control::ari::Access& access);
  // Answers are read from now on, until the loop ends.
  void Start();
  // The HTTP status.
  control::ari::Awaitable<int> Send(std::string method, std::string uri);

 private:
  struct Pending {
    explicit Pending(boost::asio::io_context& loop);
    boost::asio::steady_timer answered;
    int status = 0;
  };

  control::ari::Awaitable<void> Read();
  control::ari::Awaitable<void> Write();

  boost::asio::io_context& loop_;
  boost::beast::websocket::stream<boost::beast::tcp_stream> socket_;
  std::map<std::string, Pending*> pending_;
  std::vector<std::string> to_send_;
  bool writing_ = false;
  uint64_t last_id_ = 0;
};

}  // namespace benari::bench
