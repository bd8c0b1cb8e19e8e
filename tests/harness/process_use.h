#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>

namespace benari::e2e {

// What a process has used of the machine, as /proc tells; all 0 when there is no such process.
struct ProcessUse {
  double cpu_s = 0;    // user and system, since it began
  size_t rss_kib = 0;  // resident now
  int files = 0;       // open now, sockets among them
  int threads = 0;
};
ProcessUse UseOf(pid_t pid);

// What all threads of a process have run, ended ones too, as the scheduler counts it; 0 when there is none.
std::chrono::nanoseconds CpuOf(pid_t pid);

}  // namespace benari::e2e
