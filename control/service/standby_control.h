#pragma once

#include <boost/asio/awaitable.hpp>

#include "control/app/standby.h"
#include "control/service/front.h"

namespace benari::control {

// A process while another instance serves: it waits for that one to be gone, and takes over then. Holds
// nothing that could interfere with the other instance. Its loop is the thread that calls Run.
class StandbyControl {
 public:
  // `argv`: of this process, which executes itself anew to take over.
  StandbyControl(const Config& config, char** argv);

  // Returns only if the loop is stopped: the process ends, or begins anew, within.
  void Run();

 private:
  boost::asio::awaitable<void> TakeOver();

  char** const argv_;
  Front front_;
  Standby standby_;
};

}  // namespace benari::control
