#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "tests/harness/services.h"

namespace benari::e2e {

// Prints what happens to calls, a line each: ms since the call began, its phase, what, and the fields of
// control's log line. Thread-safe.
class Timeline {
 public:
  static void PrintHead();

  // A log line of control; those that are about no call are left out.
  void Add(const LogLine& line);
  // Something else that is known about the newest call; nothing is printed once that call has ended.
  void Note(const std::string& what, const std::string& details);

  // False when the time is over before `message` was logged for a call.
  bool WaitFor(const std::string& message, std::chrono::milliseconds timeout);

 private:
  struct CallSeen {
    std::chrono::steady_clock::time_point began;
    std::string phase = "setup";
    bool ended = false;
  };
  void Print(const CallSeen& call, const std::string& what, const std::string& details);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, CallSeen> calls_;
  std::map<std::string, int> messages_;  // how often each was logged
  std::string newest_;                   // call id
};

}  // namespace benari::e2e
