#include "control/app/sweep_schedule.h"

#include <algorithm>

namespace benari::control {

// An id that was not reported for two intervals is settled.
void SweepSchedule::OnListBegun(Clock::Time now) {
  due_ = Clock::Time::max();
  std::erase_if(unsettled_, [&](const auto& each) { return each.second.at + 2 * interval_ < now; });
}

void SweepSchedule::OnListEnded(bool listed, Clock::Time now) {
  due_ = std::min(due_, now + (listed ? interval_ : retry_));
}

void SweepSchedule::OnUnsettled(const std::string& id, Clock::Time now) {
  Unsettled& unsettled = unsettled_.try_emplace(id, Unsettled{retry_, now}).first->second;
  due_ = std::min(due_, now + unsettled.pause);
  unsettled.pause = std::min(2 * unsettled.pause, interval_);
  unsettled.at = now;
}

}  // namespace benari::control
