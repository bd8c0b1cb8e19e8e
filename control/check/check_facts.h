#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/loop/wake_up.h"

namespace benari::control {

// Everything that was reported to a check while it runs. Any number of coroutines may wait. Confined to the
// control loop.
class CheckFacts {
 public:
  struct Known {
    std::optional<std::vector<std::string>>
        nodes;  // addresses of the media nodes; nullopt: not looked up yet
    bool events_connected = false;
    std::string events_problem;          // why they are not; empty: not known yet
    std::set<std::string> started;       // channels with StasisStart
    std::set<std::string> talking;       // channels on which audio has arrived
    std::map<std::string, bool> played;  // playbacks that have ended: true if they were played
    std::string interrupted;             // why the check has to end; empty: it goes on
  };

  CheckFacts(boost::asio::any_io_executor executor, Timers& timers)
      : executor_(std::move(executor)), timers_(timers) {}

  const Known& known() const { return known_; }
  void Change(const std::function<void(Known&)>& change);

  // Waits until `condition` holds (true), or `patience` is over or the check is interrupted (false).
  boost::asio::awaitable<bool> WaitUntil(std::function<bool(const Known&)> condition,
                                         Clock::Duration patience);

 private:
  const boost::asio::any_io_executor executor_;
  Timers& timers_;
  Known known_;
  std::list<WakeUp> waiters_;
};

}  // namespace benari::control
