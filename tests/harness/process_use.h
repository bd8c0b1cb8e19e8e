#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>

namespace benari::e2e {

// The resources that a process uses, from /proc; all 0 if there is no such process.
struct ProcessUse {
  double cpu_s = 0;    // user and system, since it began
  size_t rss_kib = 0;  // resident now
  int files = 0;       // open now, sockets among them
  int threads = 0;
};
ProcessUse UseOf(pid_t pid);

// The CPU time of all threads of a process, ended ones included, by the scheduler; 0: no such process.
std::chrono::nanoseconds CpuOf(pid_t pid);

}  // namespace benari::e2e
