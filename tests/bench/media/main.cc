// benari-media beside the least that sends UDP back: what `./dev bench media` runs.
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/media/chart.h"
#include "tests/bench/media/cores.h"
#include "tests/bench/media/options.h"
#include "tests/bench/media/profiles.h"
#include "tests/bench/media/report.h"
#include "tests/bench/media/target.h"
#include "tests/harness/run_folder.h"

namespace benari::bench {
namespace {

constexpr uint16_t kSparePorts = 64;  // of media: for the set-ups that run beside the sessions
constexpr rlim_t kSpareFiles = 256;   // of a process: what is no session's socket

rlim_t RaiseFileLimit() {
  rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  return files.rlim_cur;
}

// Takes out the rows that the limit of open files has no room for.
void LeaveOutWhatDoesNotFit(Plan* plan, std::vector<std::string>* left_out) {
  const rlim_t files = RaiseFileLimit();
  std::erase_if(plan->sessions, [&](size_t sessions) {
    if (sessions + kSparePorts + kSpareFiles <= files) return false;
    left_out->push_back(absl::StrCat(PacedProfile(sessions), ": only ", files,
                                     " files may be open; raise the hard limit (ulimit -Hn)"));
    return true;
  });
}

std::vector<TargetSpec> Targets(const Options& options) {
  std::vector<TargetSpec> targets = {ReflectorTarget()};
  auto media = MediaTargets();
  if (!media.ok()) throw std::runtime_error(std::string(media.status().message()));
  for (TargetSpec& target : *media) targets.push_back(std::move(target));
  targets.insert(targets.end(), options.media.begin(), options.media.end());
  targets.insert(targets.end(), options.peers.begin(), options.peers.end());
  return targets;
}

void RunRounds(const Options& options, const std::vector<TargetSpec>& targets, Plan plan, Results* results,
               std::vector<std::string>* left_out) {
  const Place place{options.server_core, options.host,
                    static_cast<uint16_t>(plan.MostSessions() + kSparePorts)};
  for (size_t round = 0; round < options.rounds; ++round) {
    for (const TargetSpec& spec : targets) {
      plan.say = [&](const std::string& profile) {
        std::fprintf(stderr, "round %zu of %zu, %s: %s\n", round + 1, options.rounds, spec.name.c_str(),
                     profile.c_str());
      };
      auto target = Target::Start(spec, place);
      const absl::Status done =
          target.ok() ? RunProfiles(plan, round, spec.name, target->get(), results) : target.status();
      if (done.ok()) continue;
      left_out->push_back(absl::StrCat(spec.name, ", round ", round + 1, ": ", done.message()));
      std::fprintf(stderr, "%s\n", left_out->back().c_str());
    }
  }
}

ReportHeader Header(const Options& options, const std::vector<TargetSpec>& targets) {
  ReportHeader header;
  header.machine = DescribeMachine();
  header.how = absl::StrFormat(
      "Medians of %d rounds, each profile measured for %g s; server on core %d, load on core "
      "%d; bursts of %d",
      options.rounds, options.seconds, options.server_core, options.load_core, options.burst);
  header.base = targets.front().name;
  for (const TargetSpec& target : targets) {
    if (target.kind == TargetSpec::Kind::kMedia) header.with_goals.push_back(target.name);
  }
  return header;
}

int Run(const Options& options) {
  std::vector<TargetSpec> targets = Targets(options);
  ReportHeader header = Header(options, targets);
  Plan plan;
  plan.sessions = options.sessions;
  plan.only_paced = options.only_paced;
  plan.burst = options.burst;
  plan.measured = std::chrono::milliseconds(static_cast<int64_t>(options.seconds * 1000));
  plan.load_core = options.load_core;
  for (const int core : AllowedCores()) {
    if (core != options.server_core && core != options.load_core) plan.other_cores.push_back(core);
  }
  if (plan.other_cores.empty()) plan.other_cores = {options.load_core};
  LeaveOutWhatDoesNotFit(&plan, &header.left_out);
  if (plan.sessions.empty()) throw std::runtime_error(header.left_out.front());
  const absl::Status placed = RunOn(plan.other_cores);
  if (!placed.ok()) throw std::runtime_error(std::string(placed.message()));

  Results results;
  RunRounds(options, targets, plan, &results, &header.left_out);
  const std::string report = Report(results, header);
  std::filesystem::create_directories(options.out);
  e2e::WriteFile(options.out + "/media.md", report + "![by sessions](media.svg)\n");
  e2e::WriteFile(options.out + "/media.svg", Chart(results));
  std::printf("%s\nwritten: %s/media.md, %s/media.svg\n", report.c_str(), options.out.c_str(),
              options.out.c_str());
  return 0;
}

}  // namespace
}  // namespace benari::bench

int main(int argc, char** argv) {
  const benari::bench::Options options = benari::bench::ReadOptions(argc, argv);
  try {
    return benari::bench::Run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 1;
  }
}
