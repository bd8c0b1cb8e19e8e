#pragma once

#include <chrono>
#include <string>

namespace benari {

// Limits the rate of a repeated log line: it is logged if its text differs from the last one, or if that was
// logged long ago. Confined to one thread.
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
  // The next line is logged even if it equals the last one.
  void Forget() { said_ = false; }

 private:
  std::chrono::seconds again_after_;
  bool said_ = false;
  std::string last_reason_;
  Time last_time_;
};

}  // namespace benari
