#include "tests/bench/bot/profiles.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/bench/media/cores.h"
#include "tests/bench/media/rtp_probe.h"

namespace benari::bench {
namespace {

constexpr char kHost[] = "127.0.0.1";
constexpr char kCertificate[] = "bot.pem";
constexpr std::chrono::milliseconds kWarmUp{2000};
constexpr uint16_t kSparePorts = 16;

}  // namespace

std::string BotProfile::Name() const {
  const std::string name = absl::StrCat(calls, " calls");
  switch (kind) {
    case Kind::kEcho:
      break;
    case Kind::kTls:
      return name + ", wss";
    case Kind::kStalled:
      return name + ", one bot stalled";
    case Kind::kInterrupted:
      return name + ", interrupted";
  }
  return name;
}

std::vector<BotProfile> ProfilesFor(const std::vector<size_t>& calls, size_t at_most) {
  std::vector<BotProfile> profiles;
  size_t many = 0;
  for (const size_t each : calls) {
    profiles.push_back({BotProfile::Kind::kEcho, each});
    if (each <= at_most) many = std::max(many, each);
  }
  if (many == 0) return profiles;
  using Kind = BotProfile::Kind;
  for (const Kind kind : {Kind::kTls, Kind::kStalled, Kind::kInterrupted}) profiles.push_back({kind, many});
  return profiles;
}

BotBench::BotBench(int server_core, int load_core, std::chrono::milliseconds measured)
    : server_core_(server_core),
      load_core_(load_core),
      measured_(measured),
      folder_(std::filesystem::temp_directory_path(), "bench-bot-"),
      bot_(kHost, load_core),
      tls_bot_(kHost, load_core, ServerContext(folder_.File(kCertificate))) {
  targets_ = {{kBareBridge,
               TargetSpec::Kind::kPorts,
               {BENARI_BARE_BRIDGE_BINARY, absl::StrCat("--host=", kHost), "--ports={first}-{last}"},
               "",
               ""}};
  auto media = MediaTargets();
  if (!media.ok()) throw std::runtime_error(std::string(media.status().message()));
  for (TargetSpec& each : *media) {
    each.words.push_back(absl::StrCat("--bot_tls_ca_file=", folder_.File(kCertificate)));
    targets_.push_back(std::move(each));
  }
}

std::vector<std::string> BotBench::targets() const {
  std::vector<std::string> names;
  for (const TargetSpec& each : targets_) names.push_back(each.name);
  return names;
}

bool BotBench::Knows(size_t target, const BotProfile& profile) const {
  const bool both = profile.kind == BotProfile::Kind::kEcho || profile.kind == BotProfile::Kind::kTls;
  return both || targets_[target].kind == TargetSpec::Kind::kMedia;
}

TargetSpec BotBench::SpecOf(size_t target, const BotProfile& profile) const {
  TargetSpec spec = targets_[target];
  const bool tls = profile.kind == BotProfile::Kind::kTls;
  const EchoBot& bot = tls ? tls_bot_ : bot_;
  if (spec.kind == TargetSpec::Kind::kPorts) {
    spec.words.push_back(absl::StrCat("--bot_port=", bot.listens().port));
    if (tls) spec.words.emplace_back("--tls");
    return spec;
  }
  const bool interrupted = profile.kind == BotProfile::Kind::kInterrupted;
  spec.bot_url = bot.Url(interrupted ? EchoBot::kInterruptedPath : EchoBot::kEchoPath);
  if (profile.kind == BotProfile::Kind::kStalled) spec.first_bot_url = bot.Url(EchoBot::kStalledPath);
  return spec;
}

// On the core of the load, which naps, so that the bot has its turns there.
LoadResult BotBench::RunLoad(Load* load, const LoadOptions& what) const {
  LoadResult result;
  std::thread thread([&] {
    (void)RunOn({load_core_});
    GoBeforeOthers(what.waiting);
    result = load->Run(what);
  });
  thread.join();
  return result;
}

absl::Status BotBench::Run(size_t round, size_t target_index, const BotProfile& profile, Results* results) {
  const TargetSpec spec = SpecOf(target_index, profile);
  const Place place{server_core_, kHost, static_cast<uint16_t>(profile.calls + kSparePorts)};
  auto target = Target::Start(spec, place);
  if (!target.ok()) return target.status();
  const size_t before_kib = (*target)->ResidentKib();
  Load load(kPcmu);
  if (auto grown = (*target)->GrowTo(profile.calls, &load); !grown.ok()) return grown;
  const bool tls = profile.kind == BotProfile::Kind::kTls;
  EchoBot& bot = tls ? tls_bot_ : bot_;
  LoadOptions what;
  what.sessions = profile.calls;
  what.packets_per_s = kPacketsPerSecond * static_cast<double>(profile.calls);
  what.warm_up = kWarmUp;
  what.measured = measured_;
  what.waiting = Waiting::kSleep;
  what.server_cpu = [&target] { return (*target)->Cpu(); };
  what.on_stray = [&bot](const Probe& probe, auto came) { bot.interruptions().OnHeard(probe, came); };
  bot.TakeFromCaller();
  const LoadResult result = RunLoad(&load, what);
  Figures figures = FiguresOf(result, what.packets_per_s);
  AddFromCaller(bot.TakeFromCaller(), &figures);
  const double grown_kib = static_cast<double>((*target)->ResidentKib()) - static_cast<double>(before_kib);
  figures[Figure::kSessionKib] = grown_kib / static_cast<double>(profile.calls);
  const Histogram after_clear = bot.interruptions().TakeAfterClear();
  if (profile.kind == BotProfile::Kind::kInterrupted) {
    // Nothing is echoed there.
    figures = {{Figure::kSpacing99Ms, figures[Figure::kSpacing99Ms]},
               {Figure::kSpacing999Ms, figures[Figure::kSpacing999Ms]}};
    AddAfterClear(after_clear, &figures);
  }
  results->Add(round, spec.name, profile.Name(), figures);
  return absl::OkStatus();
}

}  // namespace benari::bench
