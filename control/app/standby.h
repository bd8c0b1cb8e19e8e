#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "control/ari/client.h"
#include "control/loop/timers.h"
#include "control/nodes/media_client.h"
#include "control/nodes/media_nodes.h"

namespace benari::control {

// An instance that another one has replaced waits here until that one is gone: an instance that serves sends
// requests to every media node several times a second, and the nodes report when they last received one.
// Reads only, changes nothing. Confined to the control loop.
class Standby {
 public:
  struct Options {
    std::chrono::milliseconds patience{5000};
    // Media refused this instance while it was subscribed in Asterisk. The instance that it had replaced
    // stands by as well: unless a node hears from another one within two renewals, none serves.
    bool fenced = false;
    std::string app;
    std::chrono::milliseconds renew_interval{500};  // of the instance that serves
  };

  Standby(boost::asio::any_io_executor executor, MediaClient& media, ari::Client& ari,
          const MediaNodes& nodes, Timers& timers, Options options);

  // Completes once no node has received a request of our owner for `patience`, counted from this call on, and
  // Asterisk answers. While no node answers the state is unknown, and it waits; while Asterisk does not
  // answer, this machine may be the one that is cut off.
  boost::asio::awaitable<void> WaitUntilNobodyServes();

 private:
  // Returns when a node last received a request of our owner; nullopt if no node answers.
  boost::asio::awaitable<std::optional<Clock::Time>> LastHeard();
  // Asks one node, and moves `heard` forward.
  boost::asio::awaitable<void> Ask(std::string address, std::optional<Clock::Time>* heard);

  boost::asio::awaitable<bool> AsteriskAnswers();

  boost::asio::any_io_executor executor_;
  MediaClient& media_;
  ari::Client& ari_;
  const MediaNodes& nodes_;
  Timers& timers_;
  const Options options_;
};

}  // namespace benari::control
