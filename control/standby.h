#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "control/media_client.h"
#include "control/media_nodes.h"
#include "control/timers.h"

namespace benari::control {

// An instance that another one has replaced waits here until that one is gone: an instance that serves speaks
// to every media node several times a second, and the nodes tell when they heard of it last. Asks only,
// changes nothing. Confined to the control loop.
class Standby {
 public:
  Standby(boost::asio::any_io_executor executor, MediaClient& media, const MediaNodes& nodes, Timers& timers,
          std::chrono::milliseconds patience);

  // Completes once no node has heard of our owner for `patience`, the time before the call not counted. While
  // no node answers nothing is known, and it waits.
  boost::asio::awaitable<void> WaitUntilNobodyServes();

 private:
  // When the owner was last heard of, as far as the nodes know; now, if none of them answers.
  boost::asio::awaitable<Clock::Time> LastHeard();
  // One node; moves `heard` forward.
  boost::asio::awaitable<void> Ask(std::string address, std::optional<Clock::Time>* heard);

  boost::asio::any_io_executor executor_;
  MediaClient& media_;
  const MediaNodes& nodes_;
  Timers& timers_;
  const std::chrono::milliseconds patience_;
};

}  // namespace benari::control
