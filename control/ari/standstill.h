#pragma once

#include <chrono>

namespace benari::control::ari {

// Detects that the loop did not run for a while (SIGSTOP, a suspended machine). All timers are due then,
// while received data, such as that another instance has taken over, is still unread in the sockets. To be
// called several times a second. Confined to the control loop.
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
