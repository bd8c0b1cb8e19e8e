#include "tests/harness/process_use.h"

#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace benari::e2e {
namespace {

// Of /proc/PID/stat after the name in brackets: proc(5) counts from 1, and the name is the second.
constexpr size_t kUserTicks = 14 - 3;
constexpr size_t kSystemTicks = 15 - 3;
constexpr size_t kThreads = 20 - 3;
constexpr size_t kResidentPages = 24 - 3;

}  // namespace

ProcessUse UseOf(pid_t pid) {
  const std::string proc = absl::StrCat("/proc/", pid);
  std::string line;
  std::getline(std::ifstream(proc + "/stat"), line);
  ProcessUse use;
  const size_t name_end = line.rfind(") ");
  if (name_end == std::string::npos) return use;
  const std::vector<std::string> fields = absl::StrSplit(line.substr(name_end + 2), ' ');
  const auto number = [&fields](size_t index) {
    size_t value = 0;
    if (index < fields.size()) (void)absl::SimpleAtoi(fields[index], &value);
    return value;
  };
  const auto ticks = static_cast<double>(number(kUserTicks) + number(kSystemTicks));
  use.cpu_s = ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  use.threads = static_cast<int>(number(kThreads));
  use.rss_kib = number(kResidentPages) * static_cast<size_t>(sysconf(_SC_PAGESIZE)) / 1024;
  std::error_code gone;  // the process may end meanwhile
  use.files = static_cast<int>(std::distance(std::filesystem::directory_iterator(proc + "/fd", gone), {}));
  return use;
}

std::chrono::nanoseconds CpuOf(pid_t pid) {
  clockid_t clock;
  timespec cpu{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &cpu) != 0) return {};
  return std::chrono::seconds(cpu.tv_sec) + std::chrono::nanoseconds(cpu.tv_nsec);
}

}  // namespace benari::e2e
