#include "tests/bench/media/cores.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace benari::bench {
namespace {

constexpr int kMostNice = -20;

std::string ProcessorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!absl::StartsWith(line, "model name")) continue;
    return std::string(absl::StripAsciiWhitespace(line.substr(line.find(':') + 1)));
  }
  return "unknown processor";
}

}  // namespace

std::vector<int> AllowedCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

absl::Status RunOn(const std::vector<int>& cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int core : cores) CPU_SET(core, &set);
  if (sched_setaffinity(0, sizeof set, &set) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("may not run on core ", absl::StrJoin(cores, ", ")));
}

void GoBeforeOthers(Waiting waiting) {
  const sched_param lowest{.sched_priority = 1};
  if (waiting == Waiting::kSleep && sched_setscheduler(0, SCHED_FIFO, &lowest) == 0) return;
  setpriority(PRIO_PROCESS, 0, kMostNice);  // Linux: of this thread
}

std::vector<std::string> RunCommandOn(std::optional<int> core) {
  if (!core) return {};
  return {"nice", "-n", absl::StrCat(kMostNice), "taskset", "-c", absl::StrCat(*core)};
}

std::string DescribeMachine() {
  utsname name;
  uname(&name);
  double load = 0;
  getloadavg(&load, 1);
  return absl::StrFormat("%s, %d cores, Linux %s, load average before %.1f", ProcessorName(),
                         static_cast<int>(AllowedCores().size()), name.release, load);
}

}  // namespace benari::bench
