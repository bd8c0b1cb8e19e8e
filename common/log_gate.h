#pragma once

#include <chrono>
#include <string>

namespace benari {

// Whether to say a thing again: yes when it differs from the last one said, or that was long ago.
// Confined to one thread.
class LogGate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit LogGate(std::chrono::seconds again_after) : again_after_(again_after) {}

  bool Opens(const std::string& reason, Time now) {
    if (said_ && reason == last_reason_ && now - last_time_ < again_after_) return false;
    said_ = true;
    last_reason_ = reason;
    last_time_ = now;
    return true;
  }
  // The next reason is said, even if it is the last one's equal.
  void Forget() { said_ = false; }

 private:
  std::chrono::seconds again_after_;
  bool said_ = false;
  std::string last_reason_;
  Time last_time_;
};

}  // namespace benari
