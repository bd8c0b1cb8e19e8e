#pragma once

#include <map>
#include <string>

#include "control/loop/timers.h"

namespace benari::control {

// Computes when Asterisk is listed next: an interval after the last list, or earlier while an id is
// unsettled, such as a channel that could not be shown or hung up. The delay of the retries for one id
// doubles from `retry` up to the interval. Pure.
class SweepSchedule {
 public:
  SweepSchedule(Clock::Duration interval, Clock::Duration retry) : interval_(interval), retry_(retry) {}

  // Retries that failed on the previous connection start with the shortest delay again.
  void OnConnected() { unsettled_.clear(); }
  void OnListBegun(Clock::Time now);
  // A list that failed is retried after `retry`.
  void OnListEnded(bool listed, Clock::Time now);
  void OnUnsettled(const std::string& id, Clock::Time now);

  Clock::Time due() const { return due_; }

 private:
  struct Unsettled {
    Clock::Duration pause;  // before the next attempt
    Clock::Time at;         // of the last report
  };

  const Clock::Duration interval_;
  const Clock::Duration retry_;
  Clock::Time due_ = Clock::Time::max();
  std::map<std::string, Unsettled> unsettled_;  // by id
};

}  // namespace benari::control
