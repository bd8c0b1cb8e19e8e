#include "common/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/log_output.h"
#include "common/metric_family.h"
#include "common/tls_files.h"

namespace benari {

namespace {

using prometheus::MetricFamily;

// Indexes of fields in /proc/self/stat after the name of the program: proc(5)'s numbers minus 3.
enum StatField : size_t {
  kUserTicks = 11,
  kSystemTicks = 12,
  kStartTicks = 19,
  kVirtualBytes = 20,
  kPages = 21
};

std::string Read(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::optional<double> Number(absl::string_view text) {
  double value = 0;
  if (!absl::SimpleAtod(text, &value)) return std::nullopt;
  return value;
}

// Returns the boot time in seconds since 1970, from /proc/stat.
std::optional<double> BootTime() {
  for (const absl::string_view line : absl::StrSplit(Read("/proc/stat"), '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (words.size() == 2 && words[0] == "btime") return Number(words[1]);
  }
  return std::nullopt;
}

std::optional<double> OpenFiles() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return std::nullopt;
  int entries = 0;
  while (readdir(folder) != nullptr) ++entries;
  closedir(folder);
  return entries - 3;  // ".", "..", and the folder itself
}

void AddStat(std::vector<MetricFamily>* families) {
  const std::string text = Read("/proc/self/stat");
  const size_t name_end = text.rfind(") ");
  if (name_end == std::string::npos) return;
  const std::vector<absl::string_view> words =
      absl::StrSplit(absl::string_view(text).substr(name_end + 2), ' ');
  if (words.size() <= kPages) return;
  const auto at = [&words](StatField field) { return Number(words[field]).value_or(0); };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));  // a second

  families->push_back(CounterFamily("process_cpu_seconds_total", "User and system CPU time spent",
                                    (at(kUserTicks) + at(kSystemTicks)) / ticks));
  families->push_back(GaugeFamily("process_virtual_memory_bytes", "Virtual memory size", at(kVirtualBytes)));
  families->push_back(GaugeFamily("process_resident_memory_bytes", "Resident memory size",
                                  at(kPages) * static_cast<double>(sysconf(_SC_PAGESIZE))));
  if (const auto boot = BootTime()) {
    families->push_back(GaugeFamily("process_start_time_seconds",
                                    "Start time of the process since the Unix epoch",
                                    *boot + at(kStartTicks) / ticks));
  }
}

// Without TLS the family has no value.
MetricFamily TlsNotAfter(const std::string& service, const std::vector<std::string>& certs) {
  MetricFamily family =
      NewFamily(absl::StrCat("benari_", service, "_tls_not_after_seconds").c_str(),
                "When the first of the own certificates expires, since 1970; 0: one cannot be read",
                prometheus::MetricType::Gauge);
  std::optional<Clock::WallTime> first;
  for (const std::string& cert : certs) {
    if (cert.empty()) continue;
    const Clock::WallTime expires = CertificatesExpire(cert).value_or(Clock::WallTime());
    first = std::min(first.value_or(expires), expires);
  }
  if (first.has_value())
    AddValue(std::chrono::duration<double>(first->time_since_epoch()).count(), {}, &family);
  return family;
}

}  // namespace

std::vector<MetricFamily> ProcessMetrics::Collect() const {
  std::vector<MetricFamily> families;
  MetricFamily build = NewFamily("benari_build_info", "Always 1: what the binary was built from",
                                 prometheus::MetricType::Gauge);
  AddValue(1,
           {{"service", build_.service},
            {"version", build_.version},
            {"revision", build_.revision},
            {"compiler", build_.compiler}},
           &build);
  families.push_back(std::move(build));
  const std::string dropped = absl::StrCat("benari_", build_.service, "_log_lines_dropped_total");
  families.push_back(CounterFamily(dropped.c_str(), "Log lines dropped, as stderr was not read or failed",
                                   static_cast<double>(log::DroppedLines())));
  families.push_back(TlsNotAfter(build_.service, tls_certs_));
  AddStat(&families);
  if (const auto open = OpenFiles()) {
    families.push_back(GaugeFamily("process_open_fds", "Open file descriptors", *open));
  }
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    families.push_back(GaugeFamily("process_max_fds", "Most file descriptors that may be open",
                                   static_cast<double>(limit.rlim_cur)));
  }
  return families;
}

}  // namespace benari
