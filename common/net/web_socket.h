#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/net/connect_failure.h"
#include "common/net/remote.h"

namespace benari::net {

struct WebSocketLimits {
  using Milliseconds = std::chrono::milliseconds;

  Milliseconds connect{5000};    // name, TCP and TLS
  Milliseconds handshake{5000};  // from the request to the response
  Milliseconds ping{10000};      // interval between pings
  Milliseconds dead{30000};      // the connection is dead if nothing is received for this time
  Milliseconds close{1000};      // from our close to the server's
  size_t message_bytes = size_t{8} << 20;
};

// The request of the handshake; its Host header is that of the Remote.
struct WebSocketRequest {
  std::string target;  // "/ws?x=y"
  std::vector<std::pair<std::string, std::string>> headers;
};

// A received message, or the end of the connection.
struct WebSocketRead {
  enum class Kind { kText, kBinary, kClosed, kTooLarge, kDead, kLost };

  Kind kind = Kind::kLost;
  absl::string_view data;   // of a message, during the call of `on_message`
  uint16_t close_code = 0;  // kClosed; 1005: the server's close frame had none (RFC 6455 7.1.5)
  std::string detail;       // kClosed: the server's reason, as it came; kLost: the system's message

  bool IsMessage() const { return kind == Kind::kText || kind == Kind::kBinary; }
};

// A client's WebSocket (RFC 6455) without extensions. Answers pings by itself and ends the connection once it
// is dead. May be destroyed while an operation is under way, which then ends with a failure. Confined to its
// executor, which runs one thread.
class WebSocket {
 public:
  WebSocket(boost::asio::any_io_executor executor, std::shared_ptr<const Remote> remote,
            WebSocketLimits limits);
  ~WebSocket();  // as Abort
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  // To be called once each, in this order. They return nullopt on success. `failure.detail` of kHttpStatus is
  // the beginning of the response's body.
  boost::asio::awaitable<std::optional<ConnectFailure>> Connect();
  boost::asio::awaitable<std::optional<ConnectFailure>> Handshake(WebSocketRequest request);

  // Calls `on_message`, which must not destroy the WebSocket, with each message, and returns how the
  // connection ended. To be called once: it answers pings and the server's close.
  boost::asio::awaitable<WebSocketRead> Read(std::function<void(const WebSocketRead&)> on_message);

  // Sends a text message. Returns false without sending it if the system has not taken all of the previous one
  // yet, or if the connection is not open.
  bool Send(absl::string_view text);
  // Returns true if the system has not taken all of the last message yet.
  bool sending() const;
  // Sets the function that is called once the system has taken a message that it did not take at once; it may
  // be empty.
  void SetOnSent(std::function<void()> on_sent);

  // Closes with a status code (RFC 6455 7.4.1); Read ends once the server has answered, or after `close`.
  void Close(uint16_t code);
  // Ends the connection and every operation under way at once.
  void Abort();

  // Returns when anything was received last.
  std::chrono::steady_clock::time_point heard_at() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace benari::net
