#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace benari::control {

// One run of a program in a process group of its own, without a shell, with /dev/null as input and output, no
// descriptor of this process, and of its environment only what programs commonly need. Destroyed, it is
// killed, and nobody is called. Confined to its executor, which runs one thread.
class CommandRun : public std::enable_shared_from_this<CommandRun> {
 public:
  // OK: exit status 0. Else one line for the operator, with the last line of its stderr.
  using OnEnd = std::function<void(const absl::Status&)>;

  // After `timeout` it is killed, with its group. `on_end` is called once, from the executor, never from
  // within; what is left of its group has been killed by then. Who cannot be killed, such as another user's,
  // runs on, and `on_end` is called a second later. UNAVAILABLE: it could not be started.
  static absl::StatusOr<std::shared_ptr<CommandRun>> Start(boost::asio::any_io_executor executor,
                                                           std::vector<std::string> arguments,
                                                           std::chrono::milliseconds timeout, OnEnd on_end);
  ~CommandRun();
  CommandRun(const CommandRun&) = delete;
  CommandRun& operator=(const CommandRun&) = delete;

  // Of its stderr; "": it has said nothing.
  std::string LastLine() const;

 private:
  CommandRun(const boost::asio::any_io_executor& executor, pid_t pid, int process, int errors,
             std::chrono::milliseconds timeout, OnEnd on_end);

  void AwaitExit();
  void AwaitTimeout();
  void AwaitKilled();
  void AwaitErrors();
  bool ReadErrors();
  void OnExit();
  // nullopt: it is not there.
  void End(std::optional<int> wait_status);
  absl::Status StatusOf(std::optional<int> wait_status) const;

  const pid_t pid_;     // also that of its group
  bool ended_ = false;  // on_end_ was called
  bool timed_out_ = false;
  boost::asio::posix::stream_descriptor process_;  // a pidfd: readable once it has exited
  boost::asio::posix::stream_descriptor errors_;   // its stderr
  boost::asio::steady_timer timer_;
  const std::chrono::milliseconds timeout_;
  const OnEnd on_end_;
  std::string tail_;  // of its stderr
};

}  // namespace benari::control
