// Runs seeds of the simulation, and shows one that fails.
#include <spdlog/pattern_formatter.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "tests/sim/sim_world.h"

ABSL_FLAG(uint64_t, seeds, 2000, "how many seeds to run");
ABSL_FLAG(uint64_t, first_seed, 0, "the first of them; 0: fresh ones, by the clock");
ABSL_FLAG(uint64_t, seed, 0, "run this one, with its trace on stderr");
ABSL_FLAG(int, jobs, 0, "processes at once; 0: one a core");
ABSL_FLAG(bool, expect_failure, false, "exit with 0 if a seed fails: for mutants");

namespace benari::sim {
namespace {

// Virtual seconds since the run began, in the place of the time.
class TimeFlag : public spdlog::custom_flag_formatter {
 public:
  explicit TimeFlag(const fakes::VirtualTimers& timers) : timers_(timers), start_(timers.Now()) {}
  void format(const spdlog::details::log_msg&, const std::tm&, spdlog::memory_buf_t& line) override {
    char text[32];
    const double seconds = std::chrono::duration<double>(timers_.Now() - start_).count();
    const int length = std::snprintf(text, sizeof(text), "%10.6f", seconds);
    line.append(text, text + length);
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<TimeFlag>(timers_); }

 private:
  const fakes::VirtualTimers& timers_;
  const Clock::Time start_;
};

Result RunOne(uint64_t seed, bool trace) {
  SimWorld world(Draw(seed));
  if (trace) {
    log::Init(log::Format::kText, log::Level::kDebug);
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<TimeFlag>('*', world.timers()).set_pattern("%* %L %v");
    spdlog::default_logger()->set_formatter(std::move(formatter));
  }
  const Result result = world.Run();
  spdlog::set_level(spdlog::level::off);
  return result;
}

struct Tally {
  uint64_t seeds = 0;
  uint64_t calls = 0;
  double simulated_s = 0;
  uint64_t failures = 0;
  uint64_t first_failure = 0;
};

// Every `stride`th seed, until one fails; `running` tells which one it was if the process crashes.
Tally RunSome(uint64_t first, uint64_t count, uint64_t offset, uint64_t stride, uint64_t* running) {
  Tally tally;
  for (uint64_t i = offset; i < count && tally.failures == 0; i += stride) {
    *running = first + i;
    const Result result = RunOne(first + i, false);
    ++tally.seeds;
    tally.calls += result.calls;
    tally.simulated_s += std::chrono::duration<double>(result.simulated).count();
    if (result.violation.empty()) continue;
    ++tally.failures;
    tally.first_failure = first + i;
  }
  return tally;
}

Tally RunAll(uint64_t first, uint64_t count, uint64_t jobs) {
  std::vector<int> pipes;
  void* const shared = mmap(nullptr, jobs * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* const running = static_cast<uint64_t*>(shared);
  for (uint64_t job = 0; job < jobs; ++job) {
    int ends[2];
    if (pipe(ends) != 0) std::perror("pipe"), _exit(2);
    if (fork() == 0) {
      const Tally tally = RunSome(first, count, job, jobs, running + job);
      const bool written = write(ends[1], &tally, sizeof(tally)) == sizeof(tally);
      _exit(written ? 0 : 2);
    }
    close(ends[1]);
    pipes.push_back(ends[0]);
  }
  Tally all;
  for (size_t job = 0; job < pipes.size(); ++job) {
    Tally tally;
    if (read(pipes[job], &tally, sizeof(tally)) != sizeof(tally)) {
      std::printf("crashed: seed %llu\n", static_cast<unsigned long long>(running[job]));
      tally.failures = 1;
      tally.first_failure = running[job];
    }
    close(pipes[job]);
    int status = 0;
    wait(&status);
    all.seeds += tally.seeds;
    all.calls += tally.calls;
    all.simulated_s += tally.simulated_s;
    all.failures += tally.failures;
    if (tally.failures > 0 && (all.first_failure == 0 || tally.first_failure < all.first_failure))
      all.first_failure = tally.first_failure;
  }
  return all;
}

int Show(uint64_t seed) {
  const Result result = RunOne(seed, true);
  std::fflush(stderr);
  if (result.violation.empty()) {
    std::printf("seed %llu: %zu calls, nothing wrong\n", static_cast<unsigned long long>(seed), result.calls);
    return 0;
  }
  std::printf("seed %llu fails %s\n", static_cast<unsigned long long>(seed), result.violation.c_str());
  return 1;
}

int Main() {
  spdlog::set_level(spdlog::level::off);
  if (absl::GetFlag(FLAGS_seed) != 0) return Show(absl::GetFlag(FLAGS_seed));
  const uint64_t count = absl::GetFlag(FLAGS_seeds);
  uint64_t first = absl::GetFlag(FLAGS_first_seed);
  if (first == 0)
    first = static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch() / std::chrono::milliseconds(1)) *
            1000;
  const int jobs = absl::GetFlag(FLAGS_jobs);
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  const auto began = std::chrono::steady_clock::now();
  const Tally all = RunAll(first, count, static_cast<uint64_t>(jobs > 0 ? jobs : std::max(cores, 1L)));
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("seeds %llu from %llu on: %llu calls, %.0f hours of simulated time in %.1f s (%.0f calls/s), %llu failed\n",
              static_cast<unsigned long long>(all.seeds), static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(all.calls), all.simulated_s / 3600, took, static_cast<double>(all.calls) / took,
              static_cast<unsigned long long>(all.failures));
  if (absl::GetFlag(FLAGS_expect_failure)) {
    if (all.failures > 0)
      std::printf("caught by seed %llu\n", static_cast<unsigned long long>(all.first_failure));
    return all.failures > 0 ? 0 : 1;
  }
  if (all.first_failure != 0) Show(all.first_failure);
  return all.failures > 0 ? 1 : 0;
}

}  // namespace
}  // namespace benari::sim

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("the call logic and the lease machinery against a modelled world, from seeds");
  absl::ParseCommandLine(argc, argv);
  return benari::sim::Main();
}
