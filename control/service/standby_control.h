#pragma once

#include <boost/asio/awaitable.hpp>

#include "control/app/standby.h"
#include "control/service/front.h"

namespace benari::control {

// A process that stands by while another instance serves, and takes over once that one is gone. It holds
// nothing that could interfere with the other instance. The thread that calls Run is the control loop.
class StandbyControl {
 public:
  // `argv` is that of this process, which executes itself again to take over.
  StandbyControl(const Config& config, char** argv);

  // Returns only if the loop is stopped: the process ends, or executes itself again, inside Run.
  void Run();

 private:
  boost::asio::awaitable<void> TakeOver();

  char** const argv_;
  Front front_;
  Standby standby_;
};

}  // namespace benari::control
