#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/harness/services.h"

namespace benari::e2e {

// Prints a call with a bot, a line each: seconds since the call began, who, and what was said, heard or done.
// Thread-safe.
class Dialogue {
 public:
  static void PrintHead();

  void Begin();  // the caller dials
  // A line that the bot of tests/bots/speaking printed.
  void AddBotLine(const std::string& line);
  // A log line of control; of those about a call, what changes it.
  void AddControlLine(const LogLine& line);
  void AddCaller(const std::string& what);

  // False when the time is over before such a line came: of the bot ("heard", "closed", …) or a message of
  // control.
  bool WaitFor(const std::string& what, std::chrono::milliseconds timeout);
  // The texts of the bot's lines of this kind.
  std::vector<std::string> BotTexts(const std::string& what) const;
  // The `outcome` of the call; empty before it has ended.
  std::string outcome() const;

 private:
  void Print(const std::string& who, const std::string& what) const;

  std::chrono::steady_clock::time_point began_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::string, std::string> bot_;  // texts by kind
  std::map<std::string, int> seen_;              // how often each came
  std::string outcome_;
};

}  // namespace benari::e2e
