#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "common/endpoint.h"
#include "tests/fakes/ari_routes.h"

namespace benari::fakes {

// An open WebSocket as the server sees it. Confined to the server's io_context.
class WebSocketPeer {
 public:
  virtual ~WebSocketPeer() = default;
  virtual void Send(std::string text) = 0;
  virtual void Close() = 0;
};

// Called on the server's io_context.
struct HttpHandlers {
  std::function<HttpReply(const HttpRequest&)> on_request;
  // The delay of a response.
  std::function<std::chrono::steady_clock::duration()> answer_delay;
  // nullopt: the upgrade is accepted and on_open follows.
  std::function<std::optional<HttpReply>(const HttpRequest&)> on_upgrade;
  std::function<void(std::shared_ptr<WebSocketPeer>, const HttpRequest&)> on_open;
  std::function<void(WebSocketPeer&, const std::string&)> on_message;
  std::function<void(WebSocketPeer&)> on_closed;
};

struct HttpLimits {
  int session_limit = 100;                      // connections beyond it are closed without an answer
  std::chrono::milliseconds keep_alive{15000};  // an idle connection is closed
};

// An HTTP/1.1 server with keep-alive and WebSocket upgrade. Confined to its io_context.
class HttpServer {
 public:
  // Port 0: the kernel chooses one, which stays the same over Stop and Start. Throws std::system_error.
  HttpServer(boost::asio::io_context& loop, const Endpoint& listen, HttpLimits limits, HttpHandlers handlers);
  ~HttpServer();

  void Start();
  // Closes the listener and every connection abruptly.
  void Stop();
  const Endpoint& endpoint() const;
  int connections() const;
  int refused_connections() const;

 private:
  class Impl;
  const std::shared_ptr<Impl> impl_;
};

}  // namespace benari::fakes
