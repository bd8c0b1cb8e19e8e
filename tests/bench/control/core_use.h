#pragma once

#include <sys/types.h>

#include <map>
#include <vector>

namespace benari::bench {

// Of one thread since it began: on a core, and ready to run without one.
struct ThreadTime {
  double cpu_s = 0;
  double waited_s = 0;
};
using ThreadTimes = std::map<pid_t, ThreadTime>;

// Every thread of a process, as /proc/PID/task/TID/schedstat tells; empty when there is no such process.
ThreadTimes TimesOf(pid_t pid);

// What a process used between two looks.
struct CoreUse {
  double cpu_s = 0;      // of all its threads
  double busiest_s = 0;  // on a core or waiting for one, of the thread that was so longest
};
CoreUse UseBetween(const ThreadTimes& before, const ThreadTimes& after);

// The cores that this process may run on, lowest first.
std::vector<int> OwnCores();
// The threads that a process has now, and those that they start later.
void PinProcess(pid_t pid, const std::vector<int>& cores);

// This thread runs there as long as the object lives.
class OnCore {
 public:
  explicit OnCore(int core);
  ~OnCore();
  OnCore(const OnCore&) = delete;

 private:
  const std::vector<int> before_;
};

}  // namespace benari::bench
