// Runs seeds of the simulation, and shows one that fails.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "tests/sim/runner.h"

ABSL_FLAG(uint64_t, seeds, 2000, "how many seeds to run");
ABSL_FLAG(uint64_t, first_seed, 0, "the first of them; 0: fresh ones, by the clock");
ABSL_FLAG(uint64_t, seed, 0, "run this one only, with its trace on stderr");
ABSL_FLAG(uint64_t, jobs, 0, "processes at once; 0: one a core");
ABSL_FLAG(bool, keep_going, false, "go on after a seed that fails");
ABSL_FLAG(std::string, with, "usual",
          "dimensions to draw from: usual, all, none, or names with commas between them (see README.md)");
ABSL_FLAG(bool, expect_failure, false, "exit with 0 if a seed fails, and with 1 if none does: for mutants");

namespace benari::sim {
namespace {

unsigned long long Number(uint64_t number) { return number; }

uint64_t FreshSeed() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(now / std::chrono::milliseconds(1)) * 1000;
}

int Show(uint64_t seed, const Dimensions& dimensions) {
  std::fflush(stdout);
  const Result result = RunSeed(seed, dimensions, true);
  std::fflush(stderr);
  if (result.violation.empty()) {
    std::printf("seed %llu: %zu calls, nothing wrong\n", Number(seed), result.calls);
    return 0;
  }
  std::printf("seed %llu fails %s\n", Number(seed), result.violation.c_str());
  return 1;
}

int Main() {
  const auto dimensions = ParseDimensions(absl::GetFlag(FLAGS_with));
  if (!dimensions.has_value()) {
    std::fprintf(stderr, "--with=%s: accepted are usual, all, none, or names of dimensions\n",
                 absl::GetFlag(FLAGS_with).c_str());
    return 2;
  }
  if (absl::GetFlag(FLAGS_seed) != 0) return Show(absl::GetFlag(FLAGS_seed), *dimensions);
  Runs runs;
  runs.dimensions = *dimensions;
  runs.count = absl::GetFlag(FLAGS_seeds);
  runs.first = absl::GetFlag(FLAGS_first_seed);
  if (runs.first == 0) runs.first = FreshSeed();
  runs.jobs = absl::GetFlag(FLAGS_jobs);
  if (runs.jobs == 0) runs.jobs = static_cast<uint64_t>(std::max(sysconf(_SC_NPROCESSORS_ONLN), 1L));
  runs.jobs = std::min(runs.jobs, kMostJobs);
  runs.keep_going = absl::GetFlag(FLAGS_keep_going);
  const auto began = std::chrono::steady_clock::now();
  const Tally tally = RunSeeds(runs);
  const double took_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf(
      "%llu seeds from %llu on, %llu calls, %.1f hours simulated in %.1f s: %.0f calls/s; %llu seeds "
      "failed\n",
      Number(tally.seeds), Number(runs.first), Number(tally.calls), tally.simulated_s / 3600, took_s,
      static_cast<double>(tally.calls) / took_s, Number(tally.failures));
  if (absl::GetFlag(FLAGS_expect_failure)) {
    if (tally.failures == 0) std::printf("no seed caught it\n");
    return tally.failures > 0 ? 0 : 1;
  }
  if (tally.failures == 0) return 0;
  std::printf("again: benari-sim --seed=%llu, or ./dev sim --seed=%llu\n", Number(tally.first_failure),
              Number(tally.first_failure));
  Show(tally.first_failure, runs.dimensions);
  return 1;
}

}  // namespace
}  // namespace benari::sim

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "the call logic and the lease machinery in a modelled world, drawn from seeds");
  absl::ParseCommandLine(argc, argv);
  return benari::sim::Main();
}
