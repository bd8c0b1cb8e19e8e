#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/control/control_process.h"
#include "tests/sim/company.h"
#include "tests/sim/scenario.h"

namespace benari::sim {

class OrderBook;

// A control process, as the checks see it.
struct Watched {
  control::ControlProcess* process = nullptr;
  Clock::Time started;
  bool ended = false;                                              // killed, or stepped aside
  std::map<std::pair<std::string, int>, Clock::Time> outstanding;  // requests without an answer, by Step
  size_t renewals = 0;                                             // since the last look
};

// What must hold all the time. Each check answers "" or what is wrong. Confined to the simulation's thread.
class Checks {
 public:
  Checks(const Scenario& scenario, Clock::Time start, const fakes::AsteriskModel& asterisk,
         fakes::FakeMedia& media)
      : scenario_(scenario), start_(start), asterisk_(asterisk), media_(media) {}

  // Whenever the loop is idle.
  std::string Step();
  // Every kLookInterval. `living`: the control that should serve; null: none runs.
  std::string Look(Clock::Time now, const std::vector<const Watched*>& controls, const Watched* living);
  // Where each machine has a control, every kLookInterval. `reached`: one that Asterisk reaches serves.
  std::string Service(Clock::Time now, bool reached);
  // When every phone has hung up and `living` is the only control that runs.
  std::string AllOver(const std::vector<const Watched*>& controls, control::ControlProcess& living);
  // How the calls of phones ended, in the end.
  std::string Ends(const std::vector<std::string>& callers, const OrderBook& orders) const;
  // Every caller that is still there talks to its destination.
  bool AllSettled() const;
  // How long a call may take to do something, where nothing is wrong any more.
  Clock::Duration Patience() const;
  bool MediaIsDisturbed() const;

 private:
  using Moments = std::map<std::string, Clock::Time>;  // since when something holds, by what it holds for

  void ForgetWhatIsOver(const std::map<std::string, Company>& companies);
  std::string Bridges();
  std::string Controls(Clock::Time now, const std::vector<const Watched*>& controls);
  std::string Serving(Clock::Time now, const Watched& living, bool asterisk_disturbed);
  std::string DeadAsterisk(Clock::Time now, bool running);
  std::string Caller(const std::string& id, const Company& company, const control::ControlProcess& control,
                     Clock::Time now);
  std::string Abandoned(Clock::Time now);
  std::string Limits(Clock::Time now, const std::map<std::string, Company>& companies);
  std::string Nodes(Clock::Time now, control::ControlProcess& control);
  std::string Renewals(const Watched& control) const;
  std::string EndOf(const std::string& caller, const OrderBook& orders) const;
  std::string EndByWebhook(int told, const std::vector<fakes::Destination>& met) const;
  bool HasSilence() const;
  // Some control is still busy setting it up.
  static bool IsSetUp(const std::string& caller, const std::vector<const Watched*>& controls);

  const Scenario& scenario_;
  const Clock::Time start_;
  const fakes::AsteriskModel& asterisk_;
  fakes::FakeMedia& media_;
  uint64_t membership_changes_ = 0;
  const Watched* last_living_ = nullptr;
  bool machine_was_cut_ = false;         // at the last look
  Moments echo_began_;                   // of callers
  Moments dead_;                         // Asterisk
  Moments idle_;                         // the control that should serve does not
  Moments many_;                         // more than one control serves
  Moments unreached_;                    // none serves
  Moments too_many_;                     // callers are served
  Moments node_down_;                    // for the control, by address
  Moments nobodys_;                      // the caller is no call of the control that serves
  Moments releasing_;                    // its call is over
  Moments apart_;                        // its destination is elsewhere
  Moments heard_;                        // has nobody to hear, and hears no ringing
  Moments waits_;                        // hears ringing, and nobody is dialled for it
  Moments unserved_;                     // its ExternalMedia has no session
  Moments overdue_;                      // hears itself although its echo time is over
  Moments abandoned_;                    // channel or bridge whose caller is gone, by its id
  std::set<std::string> callers_there_;  // call ids
  Moments held_;                         // talks, and a port is leased for it
  Moments ringing_;                      // talks, and hears ringing instead
  Moments left_;                         // its bot has finished, and nothing follows
};

}  // namespace benari::sim
