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

// An instance that another one has replaced waits here until that one is gone: an instance that serves speaks
// to every media node several times a second, and the nodes tell when they heard of it last. Asks only,
// changes nothing. Confined to the control loop.
class Standby {
 public:
  struct Options {
    std::chrono::milliseconds patience{5000};
    // Media refused this instance although Asterisk still served it. Whom it had replaced there stands by as
    // well: unless a node hears of another instance within two renewals, nobody serves.
    bool fenced = false;
    std::string app;
    std::chrono::milliseconds renew_interval{500};  // of who serves
  };

  Standby(boost::asio::any_io_executor executor, MediaClient& media, ari::Client& ari,
          const MediaNodes& nodes, Timers& timers, Options options);

  // Completes once no node has heard of our owner for `patience`, the time before the call not counted, and
  // Asterisk answers. While no node answers nothing is known, and it waits; while Asterisk does not, this
  // machine may be the one that is cut off.
  boost::asio::awaitable<void> WaitUntilNobodyServes();

 private:
  // When the owner was last heard of, as far as the nodes know; nothing if none of them answers.
  boost::asio::awaitable<std::optional<Clock::Time>> LastHeard();
  // One node; moves `heard` forward.
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
