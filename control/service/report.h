#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "common/service_manager.h"

namespace benari::control {

// Reports to the service manager how control fares, from the loop itself, so that a loop that hangs is
// noticed. Confined to the control loop.
class Report {
 public:
  struct State {
    bool serves = false;  // calls, or as a stand-by
    std::string status;   // for people
  };

  // A service that waits for Asterisk counts as started after this time: starting it again would not help.
  static constexpr std::chrono::seconds kStartedAfter{10};

  Report(boost::asio::io_context& loop, std::function<State()> state);

  void Start();
  ServiceManager& manager() { return manager_; }

 private:
  void Tick();

  const std::function<State()> state_;
  ServiceManager manager_;
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace benari::control
