#include "tests/sim/runner.h"

#include <signal.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <new>

#include "common/log.h"

namespace benari::sim {
namespace {

constexpr unsigned kHangs_s = 60;  // of real time, for one seed
constexpr timespec kProgress{10, 0};

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
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<TimeFlag>(timers_);
  }

 private:
  const fakes::VirtualTimers& timers_;
  const Clock::Time start_;
};

// What a job tells the parent, in memory that both see: it is there even when the job has crashed.
struct Report {
  Tally tally;
  uint64_t running = 0;  // this seed; 0: none
};
struct Shared {
  std::atomic<bool> stop{false};
  std::array<Report, kMostJobs> reports;
};

Shared& Map() {
  void* const memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::perror("mmap"), _exit(2);
  return *new (memory) Shared();
}

void AddFailure(Tally& tally, uint64_t seed, const std::string& what) {
  ++tally.failures;
  if (tally.first_failure == 0 || seed < tally.first_failure) tally.first_failure = seed;
  std::printf("seed %llu fails %s\n", static_cast<unsigned long long>(seed), what.c_str());
  std::fflush(stdout);
}

void RunJob(const Runs& runs, uint64_t job, Shared& shared) {
  Report& report = shared.reports[job];
  for (uint64_t i = job; i < runs.count && !shared.stop; i += runs.jobs) {
    report.running = runs.first + i;
    alarm(kHangs_s);
    const Result result = RunSeed(report.running, runs.dimensions, false);
    ++report.tally.seeds;
    report.tally.calls += result.calls;
    report.tally.simulated_s += std::chrono::duration<double>(result.simulated).count();
    if (result.violation.empty()) continue;
    AddFailure(report.tally, report.running, result.violation);
    shared.stop = !runs.keep_going;
  }
  report.running = 0;
}

Tally Sum(const Runs& runs, const Shared& shared) {
  Tally sum;
  for (uint64_t job = 0; job < runs.jobs; ++job) {
    const Tally& tally = shared.reports[job].tally;
    sum.seeds += tally.seeds;
    sum.calls += tally.calls;
    sum.simulated_s += tally.simulated_s;
    sum.failures += tally.failures;
    if (tally.first_failure != 0 && (sum.first_failure == 0 || tally.first_failure < sum.first_failure))
      sum.first_failure = tally.first_failure;
  }
  return sum;
}

}  // namespace

Result RunSeed(uint64_t seed, const Dimensions& dimensions, bool trace) {
  SimWorld world(Draw(seed, dimensions));
  if (trace) {
    log::Init(log::Format::kText, log::Level::kDebug);
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<TimeFlag>('*', world.timers()).set_pattern("%* %L %v");
    // However many lines there are, each is wanted.
    spdlog::default_logger()->sinks() = {std::make_shared<spdlog::sinks::stderr_sink_mt>()};
    spdlog::default_logger()->set_formatter(std::move(formatter));
  }
  const Result result = world.Run();
  spdlog::set_level(spdlog::level::off);
  return result;
}

Tally RunSeeds(const Runs& runs) {
  spdlog::set_level(spdlog::level::off);
  Shared& shared = Map();
  sigset_t child_ends;
  sigemptyset(&child_ends);
  sigaddset(&child_ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_ends, nullptr);
  std::map<pid_t, uint64_t> jobs;
  for (uint64_t job = 0; job < runs.jobs; ++job) {
    const pid_t pid = fork();
    if (pid < 0) std::perror("fork"), _exit(2);
    if (pid == 0) {
      RunJob(runs, job, shared);
      _exit(0);
    }
    jobs[pid] = job;
  }
  while (!jobs.empty()) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) {
      if (sigtimedwait(&child_ends, nullptr, &kProgress) > 0) continue;
      const Tally tally = Sum(runs, shared);
      std::printf("… %llu seeds, %llu calls\n", static_cast<unsigned long long>(tally.seeds),
                  static_cast<unsigned long long>(tally.calls));
      std::fflush(stdout);
      continue;
    }
    Report& report = shared.reports[jobs.at(pid)];
    jobs.erase(pid);
    if (report.running == 0) continue;
    const bool hung = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    AddFailure(report.tally, report.running, hung ? "as it does not come to its end" : "with a crash");
    shared.stop = !runs.keep_going;
  }
  return Sum(runs, shared);
}

}  // namespace benari::sim
