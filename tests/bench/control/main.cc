// What control costs, and how fast it is: what `./dev bench control` runs.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/command_line.h"
#include "common/flag_types.h"
#include "tests/bench/control/core_use.h"
#include "tests/bench/control/report.h"
#include "tests/bench/control/set_up.h"
#include "tests/bench/control/throughput.h"
#include "tests/harness/process_use.h"

ABSL_FLAG(int, rounds, 3, "how often all is measured; the table has the medians");
ABSL_FLAG(benari::Seconds, seconds, benari::Seconds{5}, "how long calls are counted, for each of --calls");
ABSL_FLAG(std::vector<std::string>, calls, std::vector<std::string>({"100", "200", "400", "800", "1600"}),
          "calls in progress at a time while they are counted, one row each");
ABSL_FLAG(std::vector<std::string>, in_progress, std::vector<std::string>({"10", "100", "1000"}),
          "calls in their echo while the set-up of others is timed");
ABSL_FLAG(int, probes, 200, "calls whose set-up is timed, for each of --in_progress");
ABSL_FLAG(benari::Seconds, answer_seconds, benari::Seconds{0},
          "what the fake Asterisk adds to each answer while the set-up is timed");
ABSL_FLAG(std::string, out, "out/bench/control.md", "file for the tables");

namespace benari::bench {
namespace {

constexpr Goal kCallsPerCore{Goal::Kind::kAtLeast, 1500};
constexpr Goal kSetUpInRequests{Goal::Kind::kAtMost, 2.5};
constexpr char kEcho[] = "--echo_seconds=0.2";
// More than the default of 8, so that a machine whose cores are shared does not make requests wait for each
// other.
constexpr char kConnections[] = "--ari_connections=64";
constexpr double kFillCallsPerS = 300;
constexpr int kWarmUpCalls = 50;

struct Plan {
  int rounds = 0;
  std::chrono::milliseconds time{};
  std::vector<int> calls;
  std::vector<int> in_progress;
  int probes = 0;
  std::chrono::milliseconds answer_delay{};
  Cores cores;
};

std::unique_ptr<ControlStage> Started(const ControlStage::Options& options) {
  auto stage = ControlStage::Start(options);
  if (!stage.ok()) throw std::runtime_error(std::string(stage.status().message()));
  return std::move(*stage);
}

class Bench {
 public:
  explicit Bench(const Plan& plan) : plan_(plan) {}

  void Run() {
    for (round_ = 1; round_ <= plan_.rounds; ++round_) {
      Count();
      TimeSetUps();
    }
  }

  std::string Text() const { return absl::StrCat(report_.Table(), "\n", LevelTable()); }

 private:
  void Count() {
    const auto stage = Started({plan_.cores, {kEcho, kConnections}});
    Throughput peak;
    for (const int calls : plan_.calls) {
      const Throughput level = MeasureThroughput(*stage, calls, plan_.time);
      levels_[calls].push_back(level);
      std::fprintf(
          stderr,
          "round %d: %d calls in progress, %.0f calls/s, %.0f µs of control each, %.0f not completed\n",
          round_, calls, level.calls_per_s, level.control_us, level.not_completed);
      if (level.calls_per_s > peak.calls_per_s) peak = level;
      if (level.not_completed > 0) break;  // callers are refused: more of them would only be refused too
    }
    report_.Add("calls/s, highest measured", peak.calls_per_s);
    report_.Add("– of control's core then, %", 100 * peak.control_core);
    report_.Add("CPU of control a call, µs", peak.control_us);
    report_.Add("calls/s a core: 1e6 by that", peak.PerCore(), kCallsPerCore);
  }

  void TimeSetUps() {
    SetUpTimes times;
    const auto heard = [&times](const e2e::LogLine& line) { times.OnLogLine(line); };
    const auto stage = Started({plan_.cores, {"--echo_seconds=inf"}, plan_.answer_delay, heard});
    const auto rss_kib = [&stage] {
      return static_cast<double>(e2e::UseOf(stage->control().process().pid()).rss_kib);
    };
    MeasureSetUp(*stage, times, kWarmUpCalls);
    const double empty_kib = rss_kib();
    size_t heard_before = kWarmUpCalls;
    int there = 0;
    for (const int calls : plan_.in_progress) {
      const int more = calls - there;
      stage->callers().Place(stage->asterisk(), more,
                             std::chrono::duration_cast<std::chrono::milliseconds>(
                                 std::chrono::duration<double>(more / kFillCallsPerS)));
      times.AwaitCount(heard_before + static_cast<size_t>(more));
      there = calls;
      if (calls == plan_.in_progress.back()) {
        report_.Add(absl::StrCat("memory a call, KiB (", calls, " in echo)"),
                    (rss_kib() - empty_kib) / calls);
      }
      const SetUp set_up = MeasureSetUp(*stage, times, plan_.probes);
      std::fprintf(stderr, "round %d: %d calls in echo, another is set up in %.2f ms\n", round_, calls,
                   set_up.p50_ms);
      heard_before += static_cast<size_t>(more + plan_.probes);
      const std::string while_text = absl::StrCat(" with ", calls, " calls in echo");
      report_.Add("one ARI request, p50, ms," + while_text, set_up.request_ms);
      report_.Add("StasisStart to echo, p50, ms," + while_text, set_up.p50_ms);
      report_.Add("StasisStart to echo, p99, ms," + while_text, set_up.p99_ms);
      report_.Add("– p50 in ARI requests," + while_text, set_up.p50_ms / set_up.request_ms, kSetUpInRequests);
    }
  }

  std::string LevelTable() const {
    std::string table =
        "| calls in progress | calls/s | control: CPU a call, µs | – of its core, % | fake and callers: CPU "
        "a "
        "call, µs | media: CPU a call, µs | at its limit | not completed "
        "|\n|---|---|---|---|---|---|---|---|\n";
    for (const auto& [calls, rounds] : levels_) {
      const auto median = [&rounds = rounds](double Throughput::*member) {
        std::vector<double> values;
        for (const Throughput& round : rounds) values.push_back(round.*member);
        return Median(values);
      };
      absl::StrAppend(&table, "| ", calls, " | ", Shown(median(&Throughput::calls_per_s)), " | ",
                      Shown(median(&Throughput::control_us)), " | ",
                      Shown(100 * median(&Throughput::control_core)), " | ",
                      Shown(median(&Throughput::asterisk_us)), " | ", Shown(median(&Throughput::media_us)),
                      " | ", rounds.back().limit, " | ", Shown(median(&Throughput::not_completed)), " |\n");
    }
    return table;
  }

  const Plan plan_;
  int round_ = 0;
  Report report_;
  std::map<int, std::vector<Throughput>> levels_;  // by calls in progress
};

std::vector<int> Numbers(const char* flag, const std::vector<std::string>& texts, FlagErrors* errors) {
  std::vector<int> numbers;
  for (const std::string& text : texts) {
    const bool is_number = absl::SimpleAtoi(text, &numbers.emplace_back());
    const bool rises = numbers.size() < 2 || numbers.back() > numbers[numbers.size() - 2];
    errors->Require(is_number && rises && numbers.back() >= 1 && numbers.back() <= 4000, flag, text,
                    "1..4000, rising, with commas between");
  }
  errors->Require(!texts.empty(), flag, "", "1..4000, rising, with commas between");
  return numbers;
}

Plan ReadPlan(int argc, char** argv) {
  FlagErrors errors;
  ParseCommandLine(
      argc, argv,
      "prints a table: calls a second that control can do on one core, how fast it sets calls up, "
      "and what memory they take; against a fake Asterisk and a real media node on the other cores",
      &errors);
  Plan plan;
  plan.rounds = absl::GetFlag(FLAGS_rounds);
  errors.Require(plan.rounds >= 1 && plan.rounds <= 100, "rounds", absl::StrCat(plan.rounds), "1..100");
  plan.probes = absl::GetFlag(FLAGS_probes);
  errors.Require(plan.probes >= 1 && plan.probes <= 10000, "probes", absl::StrCat(plan.probes), "1..10000");
  const Seconds seconds = absl::GetFlag(FLAGS_seconds);
  errors.Require(seconds.value >= 0.1 && seconds.value <= 600, "seconds", AbslUnparseFlag(seconds),
                 "0.1..600");
  const Seconds answer = absl::GetFlag(FLAGS_answer_seconds);
  errors.Require(answer.value <= 1, "answer_seconds", AbslUnparseFlag(answer), "0..1");
  plan.calls = Numbers("calls", absl::GetFlag(FLAGS_calls), &errors);
  plan.in_progress = Numbers("in_progress", absl::GetFlag(FLAGS_in_progress), &errors);
  errors.ExitIfAny();
  plan.time = seconds.ms();
  plan.answer_delay = answer.ms();
  plan.cores.others = OwnCores();
  plan.cores.control = plan.cores.others.back();
  if (plan.cores.others.size() > 1) plan.cores.others.pop_back();
  return plan;
}

// Throws when a part does not start or does not answer.
void Run(const Plan& plan, const std::string& out) {
  PinProcess(getpid(), plan.cores.others);  // and with it what it starts
  Bench bench(plan);
  bench.Run();
  const std::string text = bench.Text();
  std::fputs(text.c_str(), stdout);
  const std::filesystem::path folder = std::filesystem::path(out).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder);
  e2e::WriteFile(out, text);
}

}  // namespace
}  // namespace benari::bench

int main(int argc, char** argv) {
  const benari::bench::Plan plan = benari::bench::ReadPlan(argc, argv);
  try {
    benari::bench::Run(plan, absl::GetFlag(FLAGS_out));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench control: %s\n", error.what());
    return 1;
  }
}
