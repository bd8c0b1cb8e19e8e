// benari-media's bots beside the least that joins RTP with a WebSocket: what `./dev bench bot` runs.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/command_line.h"
#include "tests/bench/bot/profiles.h"
#include "tests/bench/bot/report.h"
#include "tests/bench/media/cores.h"
#include "tests/harness/run_folder.h"

ABSL_FLAG(std::vector<std::string>, calls, std::vector<std::string>({"10", "100", "300", "600"}),
          "calls at once, a row each, 1..5000");
ABSL_FLAG(double, seconds, 5, "how long each row is measured, after a warm-up");
ABSL_FLAG(int, rounds, 3, "how often each target is run, by turns; medians are shown");
ABSL_FLAG(std::string, out, "out/bench", "folder for bot.md");

namespace benari::bench {
namespace {

// Rows with more calls than that are for the CPU alone.
constexpr size_t kMostWithExtras = 300;

struct Options {
  std::vector<size_t> calls;
  std::chrono::milliseconds measured{0};
  size_t rounds = 0;
  std::string out;
  int server_core = 0;
  int load_core = 0;
};

Options ReadOptions(int argc, char** argv) {
  FlagErrors errors;
  ParseCommandLine(argc, argv, "prints a table: what benari-media's bots cost beside a bare bridge", &errors);
  Options options;
  for (const std::string& text : absl::GetFlag(FLAGS_calls)) {
    size_t calls = 0;
    errors.Require(absl::SimpleAtoi(text, &calls) && calls >= 1 && calls <= 5000, "calls", text,
                   "1..5000, with commas between");
    options.calls.push_back(calls);
  }
  std::sort(options.calls.begin(), options.calls.end());
  const double seconds = absl::GetFlag(FLAGS_seconds);
  errors.Require(seconds >= 0.1 && seconds <= 300, "seconds", absl::StrCat(seconds), "0.1..300");
  options.measured = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
  const int rounds = absl::GetFlag(FLAGS_rounds);
  errors.Require(rounds >= 1 && rounds <= 100, "rounds", absl::StrCat(rounds), "1..100");
  options.rounds = static_cast<size_t>(rounds);
  options.out = absl::GetFlag(FLAGS_out);
  const std::vector<int> cores = AllowedCores();
  options.server_core = cores.front();
  options.load_core = cores.back();
  errors.ExitIfAny();
  if (options.server_core == options.load_core) throw std::runtime_error("there have to be two cores");
  return options;
}

int Run(const Options& options) {
  const std::string machine = DescribeMachine();
  BotBench bench(options.server_core, options.load_core, options.measured);
  if (auto placed = RunOn({options.load_core}); !placed.ok())
    throw std::runtime_error(std::string(placed.message()));
  Results results;
  std::string left_out;
  const std::vector<std::string> targets = bench.targets();
  for (size_t round = 0; round < options.rounds; ++round) {
    for (const BotProfile& profile : ProfilesFor(options.calls, kMostWithExtras)) {
      for (size_t target = 0; target < targets.size(); ++target) {
        if (!bench.Knows(target, profile)) continue;
        std::fprintf(stderr, "round %zu of %zu, %s: %s\n", round + 1, options.rounds, targets[target].c_str(),
                     profile.Name().c_str());
        const absl::Status done = bench.Run(round, target, profile, &results);
        if (!done.ok())
          absl::StrAppend(&left_out, "\nLeft out: ", targets[target], ", ", profile.Name(), ": ",
                          done.message(), "\n");
      }
    }
  }
  const std::string report =
      absl::StrCat("# benari-media's bots beside a bare bridge\n\n", machine, ".\nMedians of ",
                   options.rounds, " rounds, each row measured for ", options.measured.count() / 1000.0,
                   " s; server on core ", options.server_core, ", phones and an echo bot on core ",
                   options.load_core, ".\nA frame is 20 ms of one call there and back.\n\n",
                   BotGoals(results), "\n", BotTable(results), left_out);
  std::filesystem::create_directories(options.out);
  e2e::WriteFile(options.out + "/bot.md", report);
  std::printf("%s\nwritten: %s/bot.md\n", report.c_str(), options.out.c_str());
  return left_out.empty() ? 0 : 1;
}

}  // namespace
}  // namespace benari::bench

int main(int argc, char** argv) {
  try {
    return benari::bench::Run(benari::bench::ReadOptions(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 1;
  }
}
