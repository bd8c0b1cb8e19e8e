#pragma once

#include <map>
#include <string>

#include "tests/control/control_process.h"
#include "tests/sim/scenario.h"

namespace benari::sim {

// What must hold all the time. Each check answers "" or what is wrong. Confined to the simulation's thread.
class Checks {
 public:
  Checks(const Scenario& scenario, const fakes::AsteriskModel& asterisk, fakes::FakeMedia& media)
      : scenario_(scenario), asterisk_(asterisk), media_(media) {}

  // Whenever the loop is idle.
  std::string Step();
  // Every half second, while `serving`: a control is connected, and nothing has been cut or stopped lately.
  std::string Callers(Clock::Time now, bool serving);
  // Of the only living control, when every phone has hung up.
  std::string AllOver(control::ControlProcess& control);
  // Every caller that is still there talks to its destination.
  bool AllSettled() const;

 private:
  std::string Bridges() const;
  std::string Caller(const fakes::ChannelRecord& caller, Clock::Time now);

  const Scenario& scenario_;
  const fakes::AsteriskModel& asterisk_;
  fakes::FakeMedia& media_;
  uint64_t membership_changes_ = 0;
  std::map<std::string, Clock::Time> heard_;     // by caller: when it last had somebody to hear
  std::map<std::string, Clock::Time> unserved_;  // by caller: since when its ExternalMedia has no session
  std::map<std::string, Clock::Time> held_;      // by caller: since when it talks and a port is leased for it
};

}  // namespace benari::sim
