// Calls for a long time while processes are killed: what `./dev soak` runs.
#include <signal.h>
#include <time.h>

#include <cstdio>
#include <exception>
#include <random>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "common/command_line.h"
#include "tests/e2e/load/soak.h"

ABSL_FLAG(int, minutes, 10, "how long");
ABSL_FLAG(double, rate, 10, "calls a second, of 0.02 to 9 s each");
ABSL_FLAG(uint64_t, seed, 0, "of the moments at which processes are killed; 0: any");
ABSL_FLAG(std::string, out, "out/soak", "folder for the logs");

namespace benari::e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// True: Ctrl-C came.
bool WaitForCtrlC(milliseconds time) {
  const sigset_t signals = EndSignals();
  const timespec timeout{time.count() / 1000, time.count() % 1000 * 1'000'000};
  return sigtimedwait(&signals, nullptr, &timeout) > 0;
}

void Print(const SoakReport& report) {
  std::printf("\nkilled: control %d times, media %d times\n", report.control_kills, report.media_kills);
  std::printf("calls: %d, of which the phone was hung up on or not answered: %d\n", report.calls,
              report.failed);
  std::string outcomes;
  for (const auto& [outcome, count] : report.outcomes) {
    absl::StrAppend(&outcomes, outcomes.empty() ? "" : ", ", outcome, " ", count);
  }
  std::printf("outcomes that control logged: %s\n\n", outcomes.c_str());
  std::printf("| process | RSS, KiB | open files | threads |\n|---|---|---|---|\n");
  for (const SoakMemory& each : report.memory) {
    std::printf("| %s | %zu -> %zu%s | %d -> %d | %d -> %d |\n", each.name.c_str(), each.start.rss_kib,
                each.end.rss_kib, each.flat() ? "" : " GROWS", each.start.files, each.end.files,
                each.start.threads, each.end.threads);
  }
  std::printf("\nleft: %s\n", report.left.ToString().c_str());
  if (!report.not_ended.empty()) std::printf("phones: %s\n", report.not_ended.c_str());
  if (!report.ended_by_itself.empty()) {
    std::printf("ended without having been killed: %s\n", report.ended_by_itself.c_str());
  }
}

int Run(SoakOptions options) {
  const auto began = steady_clock::now();
  options.wait = WaitForCtrlC;
  options.say = [began](const std::string& text) {
    const std::chrono::duration<double> at = steady_clock::now() - began;
    std::printf("[%5.1f s] %s\n", at.count(), text.c_str());
    std::fflush(stdout);
  };
  std::printf("seed %llu, %g calls/s for %lld s; Ctrl-C ends it early; logs: %s\n",
              static_cast<unsigned long long>(options.seed), options.calls_per_s,
              static_cast<long long>(options.duration.count()), options.log_dir.c_str());
  const SoakReport report = Soak(options).Run();
  Print(report);
  return report.ok() ? 0 : 1;
}

}  // namespace
}  // namespace benari::e2e

int main(int argc, char** argv) {
  benari::FlagErrors errors;
  benari::ParseCommandLine(argc, argv, "calls for a long time while control and media are killed at random",
                           &errors);
  const int minutes = absl::GetFlag(FLAGS_minutes);
  const double rate = absl::GetFlag(FLAGS_rate);
  errors.Require(minutes >= 1 && minutes <= 10000, "minutes", absl::StrCat(minutes), "1..10000");
  errors.Require(rate >= 1 && rate <= 100, "rate", absl::StrCat(rate), "1..100");
  errors.ExitIfAny();
  // Before any thread starts, so that only WaitForCtrlC sees them.
  const sigset_t signals = benari::e2e::EndSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  benari::e2e::SoakOptions options;
  options.duration = std::chrono::minutes(minutes);
  options.calls_per_s = rate;
  options.seed = absl::GetFlag(FLAGS_seed) == 0 ? std::random_device()() : absl::GetFlag(FLAGS_seed);
  options.log_dir = absl::GetFlag(FLAGS_out);
  try {
    return benari::e2e::Run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "soak: %s\n", error.what());
    return 1;
  }
}
