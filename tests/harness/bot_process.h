#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/harness/child_process.h"
#include "tests/harness/services.h"

namespace benari::e2e {

// A bot of tests/bots, on a free port of 127.0.0.1. Confined to the thread that created it.
class BotProcess {
 public:
  // Runs a Python module of tests/bots that takes --port, as StartListening does.
  static absl::StatusOr<std::unique_ptr<BotProcess>> Start(
      const std::string& module, std::vector<std::string> flags,
      std::function<void(const std::string&)> on_line = {});
  // Runs a program in tests/bots that prints the address it listens on, and waits until it does. `on_line` is
  // called by the reading thread with each line it prints.
  static absl::StatusOr<std::unique_ptr<BotProcess>> StartListening(
      std::vector<std::string> argv, std::function<void(const std::string&)> on_line = {});
  // Runs a program in tests/bots that listens on ${PORT} without printing so.
  static absl::StatusOr<std::unique_ptr<BotProcess>> StartProgram(std::vector<std::string> argv);
  // Runs a Python module of tests/bots to its end; returns false if it fails, or does not end in time.
  static bool RunModule(const std::string& module, std::vector<std::string> flags,
                        std::chrono::milliseconds timeout);

  std::string url(const std::string& path = "") const { return url_ + path; }
  ChildProcess& process() { return *process_; }
  // The first line {"event": `event`, …} of the WebSocket with this number, 1 for the first; nullopt after
  // the timeout.
  std::optional<LogLine> WaitForEvent(const std::string& event, int connection,
                                      std::chrono::milliseconds timeout);

 private:
  std::string url_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace benari::e2e
