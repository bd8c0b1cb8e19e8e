#include "tests/bench/media/report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/media/goals.h"
#include "tests/bench/media/profile_names.h"

namespace benari::bench {
namespace {

// From where on a row says that the load, and not the server, may have been the limit.
constexpr double kLoadBusyLimit = 0.95;
constexpr double kLoadRateLimit = 0.99;
constexpr double kLoadLateLimitMs = 2;  // one that sleeps is late by 1 ms

std::string Rounded(double value) {
  if (value >= 100) return absl::StrFormat("%.0f", value);
  if (value >= 10) return absl::StrFormat("%.1f", value);
  return absl::StrFormat("%.2f", value);
}

// One row of the big table. Of an absent figure, an empty cell.
struct Row {
  const Results& results;
  const std::string& target;
  const std::string& profile;

  bool Has(Figure figure) const { return results.Has(target, profile, figure); }
  double Of(Figure figure) const { return results.Of(target, profile, figure); }
  std::string Cell(Figure figure) const { return Has(figure) ? Rounded(Of(figure)) : ""; }
  std::string Ratio(const std::string& base, Figure figure) const {
    const double ratio = results.Ratio(target, base, profile, figure);
    return ratio == 0 ? "" : absl::StrFormat("%.2f", ratio);
  }
  std::string Lost() const {  // in the worst round
    const double lost = results.Most(target, profile, Figure::kLost);
    if (lost == 0) return "0";
    const double share = results.Most(target, profile, Figure::kLostShare);
    return absl::StrFormat("%.0f (%.3g %%)", lost, share * 100);
  }
  std::string LoadHealth() const {
    if (Of(Figure::kLoadBusy) > kLoadBusyLimit) return "load at its limit";
    if (!Has(Figure::kLoadRate)) return "";
    if (Of(Figure::kLoadRate) < kLoadRateLimit) return "load at its limit";
    return Of(Figure::kLoadLateMs) > kLoadLateLimitMs ? "load late" : "";
  }
};

std::string Goals(const Results& results, const ReportHeader& header) {
  std::string text = "## Goals\n\n| goal |";
  std::string line = "|---|";
  for (const std::string& target : header.with_goals) {
    absl::StrAppend(&text, " ", target, " | |");
    line += "---:|---|";
  }
  absl::StrAppend(&text, "\n", line, "\n");
  std::vector<std::vector<Verdict>> columns;
  for (const std::string& target : header.with_goals) columns.push_back(Judge(results, target, header.base));
  for (size_t i = 0; !columns.empty() && i < columns[0].size(); ++i) {
    const Verdict& first = columns[0][i];
    absl::StrAppend(&text, "| ", first.goal, ": ", first.limit, " ", first.unit, " |");
    for (const auto& column : columns) {
      const Verdict& verdict = column[i];
      absl::StrAppend(&text, " ", verdict.measured ? Rounded(*verdict.measured) : "–", " | ",
                      !verdict.measured ? "not measured"
                      : verdict.met     ? "met"
                                        : "**missed**",
                      " |");
    }
    text += "\n";
  }
  return text + "\n";
}

std::string Echo(const Results& results, const ReportHeader& header) {
  std::string text = absl::StrCat(
      "## Echo\n\n| profile | target | echoed/s | x ", header.base, " | CPU us/packet | x ", header.base,
      " | p50 ms | p99 ms | p99.9 ms | max ms | lost, at most | slowest/median | load busy | late p99 ms | "
      "|\n"
      "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|\n");
  for (const std::string& profile : results.profiles()) {
    for (const std::string& target : results.targets()) {
      const Row row{results, target, profile};
      if (!row.Has(Figure::kEchoedPerS)) continue;
      absl::StrAppend(&text, "| ", profile, " | ", target, " | ", row.Cell(Figure::kEchoedPerS), " | ",
                      row.Ratio(header.base, Figure::kEchoedPerS), " | ", row.Cell(Figure::kCpuUs), " | ");
      absl::StrAppend(&text, row.Ratio(header.base, Figure::kCpuUs), " | ", row.Cell(Figure::kP50Ms), " | ",
                      row.Cell(Figure::kP99Ms), " | ", row.Cell(Figure::kP999Ms), " | ",
                      row.Cell(Figure::kMaxMs), " | ");
      absl::StrAppend(&text, row.Lost(), " | ", row.Cell(Figure::kSlowest), " | ",
                      row.Cell(Figure::kLoadBusy), " | ", row.Cell(Figure::kLoadLateMs), " | ",
                      row.LoadHealth(), " |\n");
    }
  }
  return text + "\n";
}

struct Column {
  const char* title;
  Figure figure;
};

// Of one profile, the targets that have the first of the columns.
std::string Table(const Results& results, const std::string& profile, const std::vector<Column>& columns) {
  std::string text = "| target |";
  std::string line = "|---|";
  for (const Column& column : columns) {
    absl::StrAppend(&text, " ", column.title, " |");
    line += "---:|";
  }
  absl::StrAppend(&text, "\n", line, "\n");
  for (const std::string& target : results.targets()) {
    const Row row{results, target, profile};
    if (!row.Has(columns[0].figure)) continue;
    absl::StrAppend(&text, "| ", target, " |");
    for (const Column& column : columns) absl::StrAppend(&text, " ", row.Cell(column.figure), " |");
    text += "\n";
  }
  return text + "\n";
}

}  // namespace

std::string Report(const Results& results, const ReportHeader& header) {
  std::string text = absl::StrCat("# benari-media beside the bare reflector\n\n", header.machine, ".\n",
                                  header.how, ".\n\n");
  for (const std::string& missing : header.left_out) absl::StrAppend(&text, "Left out: ", missing, "\n\n");
  if (!header.with_goals.empty()) text += Goals(results, header);
  text += Echo(results, header);
  absl::StrAppend(&text, "## gRPC in the overload, p99\n\n",
                  Table(results, kOverload,
                        {{"KeepAlive ms", Figure::kKeepAliveMs},
                         {"ListSessions ms", Figure::kListMs},
                         {"failed", Figure::kRpcsFailed}}));
  absl::StrAppend(&text, "## Set-ups while 500 sessions echo, p99 of each rpc\n\n",
                  Table(results, kBesideSetUps,
                        {{"set-ups/s", Figure::kSetUpsPerS},
                         {"LeasePort ms", Figure::kLeaseMs},
                         {"StartSession ms", Figure::kStartMs},
                         {"StopSession ms", Figure::kStopMs},
                         {"ReleasePort ms", Figure::kReleaseMs},
                         {"failed", Figure::kRpcsFailed},
                         {"server busy", Figure::kServerBusy}}));
  absl::StrAppend(&text, "## Memory of a session\n\n",
                  Table(results, kMemory, {{"KiB", Figure::kSessionKib}}));
  return text;
}

}  // namespace benari::bench
