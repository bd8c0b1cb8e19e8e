#include "control/service/leave.h"

#include <linux/close_range.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/log.h"
#include "common/log_output.h"

namespace benari::control {

void Leave(int code) {
  log::Flush();
  std::fflush(nullptr);
  std::_Exit(code);
}

namespace {

void MaskSignals(int how) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(how, &signals, nullptr);
}

bool IsMode(const std::string& flag) {
  for (const std::string name : {"standby", "fenced"}) {
    if (flag == "--" + name || flag == "--no" + name || absl::StartsWith(flag, "--" + name + "="))
      return true;
  }
  return false;
}

}  // namespace

void HoldSignals() { MaskSignals(SIG_BLOCK); }
void TakeSignals() { MaskSignals(SIG_UNBLOCK); }

void StartAnew(char** argv, StartMode mode) {
  std::vector<char*> args;
  for (char** arg = argv; *arg != nullptr; ++arg) {
    if (!IsMode(*arg)) args.push_back(*arg);
  }
  std::string standby = mode == StartMode::kServing ? "--nostandby" : "--standby";
  std::string fenced = mode == StartMode::kStandbyFenced ? "--fenced" : "--nofenced";
  args.push_back(standby.data());
  args.push_back(fenced.data());
  args.push_back(nullptr);
  log::Flush();
  std::fflush(nullptr);
  HoldSignals();  // across execv, which resets their handlers
  // The next one needs the ports, and Asterisk must see the connections close.
  close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  execv("/proc/self/exe", args.data());
  log::Error("cannot execute this program again", {{"why", std::strerror(errno)}});
  Leave(1);
}

}  // namespace benari::control
