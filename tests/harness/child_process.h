#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace benari::e2e {

struct Command {
  std::string name;                                // for messages
  std::vector<std::string> argv;                   // argv[0] is looked up in PATH
  std::map<std::string, std::string> environment;  // added to the parent's
  std::string working_directory;                   // empty: the parent's
  std::string log_file;                            // a copy of every line; empty: none
  int network = -1;  // open file of the network namespace to run in, see Network; -1: the parent's
};

// A process in a process group of its own whose output is kept line by line. The destructor kills it, and so
// does the kernel if the thread that created it ends. Thread-safe.
class ChildProcess {
 public:
  using Predicate = std::function<bool(const std::string& line)>;
  // `on_line` is called by the reading thread with each line of stdout and stderr.
  explicit ChildProcess(Command command, std::function<void(const std::string&)> on_line = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  bool Running();
  void Signal(int signal_number);  // to the process, not to its group

  // Waits for the first line that matches, of those printed so far and later ones; returns nullopt after the
  // timeout, or if the process ended without printing one.
  std::optional<std::string> WaitForLine(const Predicate& fits, std::chrono::milliseconds timeout);
  // Waits for the exit code, or 128 + the signal that ended it; returns nullopt after the timeout.
  std::optional<int> WaitForExit(std::chrono::milliseconds timeout);
  // Sends SIGTERM, and SIGKILL after `grace`. Returns the exit code.
  int Stop(std::chrono::milliseconds grace = std::chrono::seconds(10));

  // Stops reading its output, with a pipe of one page, until ReadOutputAgain.
  void LeaveOutputUnread();
  void ReadOutputAgain();
  // Closes the reading end of the pipe for good.
  void CloseOutput();

  std::vector<std::string> Lines() const;
  std::string LastLines(size_t count) const;  // for messages, each on a line of its own

 private:
  enum class Reading { kOn, kHeld, kOver };

  void Spawn(const Command& command);
  void ReadLines(int fd, std::string log_file);
  bool WaitForOutput(int fd);
  void SetReading(Reading reading);
  void AddLine(std::string line);
  bool Reap(bool block);

  const std::string name_;
  const std::function<void(const std::string&)> on_line_;
  pid_t pid_ = -1;
  int output_ = -1;  // the reading end of the pipe, closed by the reader
  std::thread reader_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;  // at most kMaxLines, the first ones
  Reading reading_ = Reading::kOn;
  bool output_ended_ = false;
  std::optional<int> exit_code_;
};

}  // namespace benari::e2e
