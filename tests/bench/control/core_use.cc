#include "tests/bench/control/core_use.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace benari::bench {
namespace {

constexpr double kNanosecond_s = 1e-9;

std::vector<pid_t> ThreadsOf(pid_t pid) {
  std::vector<pid_t> threads;
  std::error_code gone;  // the process may end meanwhile
  for (const auto& entry : std::filesystem::directory_iterator(absl::StrCat("/proc/", pid, "/task"), gone)) {
    pid_t thread = 0;
    if (absl::SimpleAtoi(entry.path().filename().string(), &thread)) threads.push_back(thread);
  }
  return threads;
}

// False: the thread is gone.
bool Pin(pid_t thread, const std::vector<int>& cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int core : cores) CPU_SET(core, &set);
  if (sched_setaffinity(thread, sizeof set, &set) == 0) return true;
  if (errno == ESRCH) return false;
  throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
}

}  // namespace

ThreadTimes TimesOf(pid_t pid) {
  ThreadTimes times;
  for (const pid_t thread : ThreadsOf(pid)) {
    std::ifstream file(absl::StrCat("/proc/", pid, "/task/", thread, "/schedstat"));
    double cpu_ns = 0;
    double waited_ns = 0;
    if (file >> cpu_ns >> waited_ns) {
      times[thread] = ThreadTime{cpu_ns * kNanosecond_s, waited_ns * kNanosecond_s};
    }
  }
  return times;
}

CoreUse UseBetween(const ThreadTimes& before, const ThreadTimes& after) {
  CoreUse use;
  for (const auto& [thread, time] : after) {
    const auto found = before.find(thread);
    const ThreadTime began = found == before.end() ? ThreadTime{} : found->second;
    const double cpu_s = time.cpu_s - began.cpu_s;
    use.cpu_s += cpu_s;
    use.busiest_s = std::max(use.busiest_s, cpu_s + time.waited_s - began.waited_s);
  }
  return use;
}

std::vector<int> OwnCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) {
    throw std::system_error(errno, std::generic_category(), "sched_getaffinity");
  }
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

void PinProcess(pid_t pid, const std::vector<int>& cores) {
  std::vector<pid_t> pinned;
  // One that another started before it was pinned itself is found the next time.
  for (std::vector<pid_t> threads = ThreadsOf(pid); threads != pinned; threads = ThreadsOf(pid)) {
    for (const pid_t thread : threads) Pin(thread, cores);
    pinned = threads;
  }
}

OnCore::OnCore(int core) : before_(OwnCores()) { Pin(0, {core}); }
OnCore::~OnCore() { Pin(0, before_); }

}  // namespace benari::bench
