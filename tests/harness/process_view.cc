#include "tests/harness/process_view.h"

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/harness/http.h"
#include "tests/harness/run_folder.h"

namespace benari::e2e {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRemoteColumn = 2;  // ADDRESS:PORT, both in hexadecimal
constexpr size_t kInodeColumn = 9;
// gRPC's pools of threads, which grow with what they have to do, up to two a core or so, and do not shrink;
// and those that wait for its timers, of which one more comes and goes.
const std::set<std::string> kGrpcPools = {"default-executo", "resolver-execut", "event_engine",
                                          "grpc_global_tim"};

// Inodes of the sockets in a table of /proc/PID/net, of all or of those whose remote port is `port`.
std::set<std::string> Inodes(const std::string& table, uint16_t port = 0) {
  const std::string remote_end = absl::StrCat(":", absl::Hex(port, absl::kZeroPad4));
  std::set<std::string> inodes;
  for (const auto line : absl::StrSplit(ReadFile(table), '\n')) {
    const std::vector<std::string> columns = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (columns.size() <= kInodeColumn) continue;
    if (port == 0 || absl::EndsWithIgnoreCase(columns[kRemoteColumn], remote_end)) {
      inodes.insert(columns[kInodeColumn]);
    }
  }
  return inodes;
}

std::string WithoutOwner(absl::string_view line) {
  static const std::regex owner(R"(,owner="[^"]*"|\{owner="[^"]*"\})");
  return std::regex_replace(std::string(line), owner, "");
}

}  // namespace

Held HeldBy(pid_t pid, uint16_t pool_port) {
  const std::string proc = absl::StrCat("/proc/", pid);
  std::error_code gone;  // a thread or a file may end meanwhile
  Held held;
  for (const auto& entry : fs::directory_iterator(proc + "/task", gone)) {
    const std::string name(absl::StripAsciiWhitespace(ReadFile(entry.path() / "comm")));
    if (!name.empty() && !kGrpcPools.contains(name)) ++held.threads[name];
  }
  std::set<std::string> udp = Inodes(proc + "/net/udp");
  udp.merge(Inodes(proc + "/net/udp6"));
  std::set<std::string> pooled;
  if (pool_port != 0) pooled = Inodes(proc + "/net/tcp", pool_port);
  for (const auto& entry : fs::directory_iterator(proc + "/fd", gone)) {
    const std::string target = fs::read_symlink(entry.path(), gone);
    if (!absl::StartsWith(target, "socket:[")) continue;
    const std::string inode = target.substr(8, target.size() - 9);
    if (pooled.contains(inode)) continue;
    ++(udp.contains(inode) ? held.udp_sockets : held.other_sockets);
  }
  return held;
}

Held Excess(const Held& now, const Held& before) {
  Held excess;
  for (const auto& [name, count] : now.threads) {
    const auto known = before.threads.find(name);
    const int more = count - (known == before.threads.end() ? 0 : known->second);
    if (more > 0) excess.threads[name] = more;
  }
  excess.udp_sockets = std::max(0, now.udp_sockets - before.udp_sockets);
  excess.other_sockets = std::max(0, now.other_sockets - before.other_sockets);
  return excess;
}

absl::StatusOr<double> ReadMetric(const Endpoint& metrics, const std::string& series) {
  HttpQuery query;
  query.server = metrics;
  query.path = "/metrics";
  const auto answer = Http(query);
  if (!answer.ok()) return answer.status();
  for (const auto each : absl::StrSplit(answer->body, '\n')) {
    const std::string line = WithoutOwner(each);
    double value = 0;
    if (absl::StartsWith(line, series + " ") && absl::SimpleAtod(line.substr(series.size() + 1), &value)) {
      return value;
    }
  }
  return absl::NotFoundError(absl::StrCat(series, " is not among the metrics of ", metrics.ToString()));
}

}  // namespace benari::e2e
