#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/net/connect_failure.h"
#include "control/ari/access.h"
#include "control/ari/events.h"

namespace benari::control::ari {

struct EventStreamLimits {
  std::chrono::milliseconds connect_timeout{5000};  // TCP and TLS together; as long again for the WebSocket
  // Without a word from Asterisk for half of it a ping is sent; after all of it the connection is dead.
  std::chrono::milliseconds idle_timeout{8000};
  std::chrono::milliseconds backoff_min{100};
  std::chrono::milliseconds backoff_max{2000};
};

// All are called by the loop, must return soon and must not throw. They may Stop() or destroy the stream.
struct EventHandlers {
  std::function<void()> on_connected;
  std::function<void(const std::string& reason)> on_disconnected;      // once after each on_connected
  std::function<void(net::ConnectProblem problem)> on_connect_failed;  // each attempt
  std::function<void(Event event)> on_event;
  // Awaited once the server is reached, before the application is subscribed to, which takes it from whoever
  // has it. May be empty.
  std::function<Awaitable<void>()> before_subscribing;
};

struct EventCounters {
  uint64_t connected = 0;
  uint64_t connect_failures = 0;
  uint64_t events = 0;
  uint64_t malformed = 0;
};

// The WebSocket over which Asterisk tells what happens: connects, reads, and reconnects with backoff until
// Stop(). What happens while it is not connected is lost. After ApplicationReplaced, and once Asterisk has
// closed the connection, it does not connect again: that would take the application back; unless it was an
// attempt of its own that Asterisk, which hung, had not answered in time. Confined to the control loop.
class EventStream {
 public:
  EventStream(boost::asio::any_io_executor loop, Access access, EventStreamLimits limits,
              EventHandlers handlers);
  ~EventStream();  // as Stop()

  void Start();  // once
  // No handler is called from here on. The WebSocket is closed in good order, within a second.
  void Stop();

  // When the last message, ping or pong came, over this connection or the one before.
  std::chrono::steady_clock::time_point heard_at() const;
  // Empty while connected; else why not, for people.
  const std::string& problem() const;
  const EventCounters& counters() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace benari::control::ari
