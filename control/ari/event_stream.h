#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "common/net/connect_failure.h"
#include "control/ari/access.h"
#include "control/ari/events.h"

namespace benari::control::ari {

struct EventStreamLimits {
  std::chrono::milliseconds connect_timeout{5000};  // TCP and TLS together; as long again for the WebSocket
  // A ping is sent after half of it without any data from Asterisk; after all of it the connection is closed.
  std::chrono::milliseconds idle_timeout{8000};
  std::chrono::milliseconds backoff_min{100};
  std::chrono::milliseconds backoff_max{2000};
};

// All are called on the loop; they must not block or throw. They may Stop() or destroy the stream.
struct EventHandlers {
  std::function<void()> on_connected;
  std::function<void(const std::string& reason)> on_disconnected;      // once after each on_connected
  std::function<void(net::ConnectProblem problem)> on_connect_failed;  // each attempt
  std::function<void(Event event)> on_event;
  // The JSON of an event of a type that Event has not. May be empty.
  std::function<void(absl::string_view json)> on_other_event;
  // Awaited once the server is connected, before the application is subscribed to, which replaces its present
  // subscriber. May be empty.
  std::function<Awaitable<void>()> before_subscribing;
};

struct EventCounters {
  uint64_t connected = 0;
  uint64_t connect_failures = 0;
  uint64_t events = 0;
  uint64_t malformed = 0;
};

// The event WebSocket of ARI: connects, reads, and reconnects with exponential backoff until Stop(). Events
// are lost while it is not connected. After ApplicationReplaced, and once Asterisk has closed the connection,
// it does not reconnect, since that would replace the new subscriber; unless that was an earlier attempt of
// its own that a hanging Asterisk had not answered in time. Confined to the control loop.
class EventStream {
 public:
  EventStream(boost::asio::any_io_executor loop, Access access, EventStreamLimits limits,
              EventHandlers handlers);
  ~EventStream();  // as Stop()

  void Start();  // once
  // No handler is called afterwards. The WebSocket is closed with a closing handshake, within a second.
  void Stop();
  // Connections from now on use `access`; one that is open stays.
  void set_access(Access access);

  // Returns when the last message, ping or pong was received, on this or on the previous connection.
  std::chrono::steady_clock::time_point heard_at() const;
  // Returns why it is not connected, for display; empty while it is.
  const std::string& problem() const;
  const EventCounters& counters() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace benari::control::ari
