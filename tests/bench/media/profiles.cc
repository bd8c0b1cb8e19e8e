#include "tests/bench/media/profiles.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "tests/bench/media/cores.h"
#include "tests/bench/media/rtp_probe.h"

namespace benari::bench {
namespace {

constexpr std::chrono::milliseconds kWarmUp{1000};
constexpr double kOverloadFactor = 2;  // times what the saturated run carried
constexpr size_t kSetUpsInFlight = 16;

double PacedRate(size_t sessions) { return kPacketsPerSecond * static_cast<double>(sessions); }

// Runs the profiles one after the other. Confined to one thread.
class ProfileRun {
 public:
  ProfileRun(const Plan& plan, size_t round, const std::string& name, Target* target, Results* results)
      : plan_(plan), round_(round), name_(name), target_(*target), results_(*results) {}

  absl::Status All() {
    const size_t rss_kib = target_.ResidentKib();
    bool many_done = plan_.only_paced;
    for (const size_t sessions : plan_.sessions) {
      if (!many_done && sessions > kManySessions) {
        many_done = true;
        if (auto done = WithManySessions(); !done.ok()) return done;
      }
      if (auto done = Paced(sessions); !done.ok()) return done;
    }
    if (!many_done) {
      if (auto done = WithManySessions(); !done.ok()) return done;
    }
    Memory(rss_kib);
    return absl::OkStatus();
  }

 private:
  LoadOptions Options(size_t sessions, double packets_per_s) const {
    LoadOptions options;
    options.sessions = sessions;
    options.packets_per_s = packets_per_s;
    options.warm_up = kWarmUp;
    options.measured = plan_.measured;
    options.server_cpu = [this] { return target_.Cpu(); };
    return options;
  }

  // On the load's core, while `meanwhile` runs on this thread until the flag is set.
  LoadResult Run(const LoadOptions& options, const std::function<void(const std::atomic<bool>&)>& meanwhile) {
    LoadResult result;
    std::atomic<bool> over = false;
    std::thread load([&] {
      (void)RunOn({plan_.load_core});
      GoBeforeOthers(options.waiting);
      result = load_.Run(options);
      over = true;
    });
    if (meanwhile) meanwhile(over);
    load.join();
    return result;
  }

  absl::Status Prepare(const std::string& profile, size_t sessions) {
    plan_.say(profile);
    if (auto grown = target_.GrowTo(sessions, &load_); !grown.ok()) return grown;
    return target_.Renew();
  }

  void Keep(const std::string& profile, Figures figures) {
    results_.Add(round_, name_, profile, std::move(figures));
  }

  absl::Status Paced(size_t sessions) {
    const std::string profile = PacedProfile(sessions);
    if (auto ready = Prepare(profile, sessions); !ready.ok()) return ready;
    const double rate = PacedRate(sessions);
    Keep(profile, FiguresOf(Run(Options(sessions, rate), {}), rate));
    return absl::OkStatus();
  }

  absl::Status WithManySessions() {
    if (auto ready = Prepare(kSaturated, kManySessions); !ready.ok()) return ready;
    LoadOptions saturated = Options(kManySessions, 0);
    saturated.burst = plan_.burst;
    const LoadResult most = Run(saturated, {});
    Keep(kSaturated, FiguresOf(most, 0));
    if (auto done = Overload(most.echoed_per_s * kOverloadFactor); !done.ok()) return done;
    if (target_.grpc().host.empty()) return absl::OkStatus();
    return BesideSetUps();
  }

  absl::Status Overload(double packets_per_s) {
    if (packets_per_s == 0) return absl::UnavailableError("nothing came back in the saturated run");
    if (auto ready = Prepare(kOverload, kManySessions); !ready.ok()) return ready;
    LoadOptions options = Options(kManySessions, packets_per_s);
    options.burst = plan_.burst;
    std::optional<RpcProbe> probe;
    if (!target_.grpc().host.empty()) probe.emplace(target_.grpc(), kManySessions, plan_.other_cores);
    Figures figures = FiguresOf(Run(options, {}), packets_per_s);
    if (probe) Add(probe->End(), &figures);
    Keep(kOverload, figures);

    plan_.say(kRecovery);
    LoadOptions at_once = Options(kManySessions, PacedRate(kManySessions));
    at_once.warm_up = {};
    Keep(kRecovery, FiguresOf(Run(at_once, {}), at_once.packets_per_s));
    return absl::OkStatus();
  }

  // The load sleeps here, so that gRPC's side has a core to run on where there are only two: compared with
  // the same load beside nothing.
  absl::Status BesideSetUps() {
    if (auto ready = Prepare(kBesideNothing, kManySessions); !ready.ok()) return ready;
    LoadOptions options = Options(kManySessions, PacedRate(kManySessions));
    options.waiting = Waiting::kSleep;
    Keep(kBesideNothing, FiguresOf(Run(options, {}), options.packets_per_s));

    if (auto ready = Prepare(kBesideSetUps, kManySessions); !ready.ok()) return ready;
    SetUps set_ups;
    const LoadResult echo = Run(options, [&](const std::atomic<bool>& over) {
      GoBeforeOthers(Waiting::kBusy);  // and so do gRPC's threads
      set_ups = RunSetUps(target_.grpc(), kSetUpsInFlight, [&over] { return over.load(); });
    });
    Figures figures = FiguresOf(echo, options.packets_per_s);
    Add(set_ups, &figures);
    figures.erase(Figure::kCpuUs);  // that of the set-ups is in it
    Keep(kBesideSetUps, figures);
    return absl::OkStatus();
  }

  void Memory(size_t without_sessions_kib) {
    if (target_.grpc().host.empty()) return;  // its ports are open from the beginning
    const auto grown_kib =
        static_cast<double>(target_.ResidentKib()) - static_cast<double>(without_sessions_kib);
    Keep(kMemory, {{Figure::kSessionKib, grown_kib / static_cast<double>(load_.sessions())}});
  }

  const Plan& plan_;
  const size_t round_;
  const std::string name_;
  Target& target_;
  Results& results_;
  Load load_;
};

}  // namespace

size_t Plan::MostSessions() const {
  const size_t most = *std::max_element(sessions.begin(), sessions.end());
  return only_paced ? most : std::max(most, kManySessions);
}

absl::Status RunProfiles(const Plan& plan, size_t round, const std::string& name, Target* target,
                         Results* results) {
  return ProfileRun(plan, round, name, target, results).All();
}

}  // namespace benari::bench
