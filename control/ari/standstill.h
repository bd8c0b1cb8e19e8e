#pragma once

#include <chrono>

namespace benari::control::ari {

// Notices that the loop did not run for a while (SIGSTOP, a suspended machine). All its timers are due then,
// while what others sent meanwhile, perhaps that another instance has taken over, lies unread in the sockets.
// Has to be asked several times a second. Confined to the control loop.
class Standstill {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kAtLeast{1000};
  static constexpr std::chrono::milliseconds kReadFirst{250};  // enough to read what lies there

  explicit Standstill(Time now) : asked_(now) {}

  // True from the end of a standstill until `kReadFirst` later.
  bool JustOver(Time now) {
    if (now - asked_ > kAtLeast) read_by_ = now + kReadFirst;
    asked_ = now;
    return now < read_by_;
  }

 private:
  Time asked_;
  Time read_by_ = Time::min();
};

}  // namespace benari::control::ari
