#pragma once

#include <map>
#include <set>
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
  // Every half second. `control`: the one that serves, where nothing has been cut or stopped lately; else null.
  std::string Callers(Clock::Time now, const control::ControlProcess* control);
  // Of the only living control, when every phone has hung up.
  std::string AllOver(control::ControlProcess& control);
  // Every caller that is still there talks to its destination.
  bool AllSettled() const;

 private:
  // What a caller has.
  struct Company {
    bool alone = true;    // nothing is in its bridge, nothing rings
    bool talks = false;   // to its destination
    bool echoes = false;  // an ExternalMedia channel is in its bridge
    bool served = false;  // and a session runs for it
    std::string leased;   // some lease of its
  };

  std::string Bridges() const;
  std::string Caller(const fakes::ChannelRecord& caller, const control::ControlProcess* control,
                     Clock::Time now);
  Company CompanyOf(const fakes::ChannelRecord& caller);

  const Scenario& scenario_;
  const fakes::AsteriskModel& asterisk_;
  fakes::FakeMedia& media_;
  uint64_t membership_changes_ = 0;
  std::map<std::string, Clock::Time> echo_began_;  // by caller
  // Since when, by caller:
  std::map<std::string, Clock::Time> nobodys_;   // it is no call of the control that serves
  std::map<std::string, Clock::Time> heard_;     // it has nobody to hear
  std::map<std::string, Clock::Time> unserved_;  // its ExternalMedia has no session
  std::map<std::string, Clock::Time> held_;      // it talks, and a port is leased for it
};

}  // namespace benari::sim
