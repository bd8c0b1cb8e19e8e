// benari-media's bots beside the least that joins RTP with a WebSocket: what `./dev bench bot` runs.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <thread>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/command_line.h"
#include "tests/bench/bot/echo_bot.h"
#include "tests/bench/media/cores.h"
#include "tests/bench/media/figures.h"
#include "tests/bench/media/rtp_probe.h"
#include "tests/bench/media/target.h"
#include "tests/harness/run_folder.h"

ABSL_FLAG(std::vector<std::string>, calls, std::vector<std::string>({"10", "100", "300", "600"}),
          "calls at once, a row each, 1..5000");
ABSL_FLAG(double, seconds, 5, "how long each row is measured, after a warm-up");
ABSL_FLAG(int, rounds, 3, "how often each target is run, by turns; medians are shown");
ABSL_FLAG(std::string, out, "out/bench", "folder for bot.md");

namespace benari::bench {
namespace {

constexpr char kHost[] = "127.0.0.1";
constexpr char kBridge[] = "bare bridge";
constexpr std::chrono::milliseconds kWarmUp{2000};
constexpr uint16_t kSparePorts = 16;

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

// On the core of the load, which naps, so that the bot has its turns there.
LoadResult RunLoad(const Options& options, Load* load, const LoadOptions& what) {
  LoadResult result;
  std::thread thread([&] {
    (void)RunOn({options.load_core});
    GoBeforeOthers(what.waiting);
    result = load->Run(what);
  });
  thread.join();
  return result;
}

absl::Status RunCalls(const Options& options, size_t round, const TargetSpec& spec, size_t calls,
                      EchoBot* bot, Results* results) {
  const Place place{options.server_core, kHost, static_cast<uint16_t>(calls + kSparePorts)};
  auto target = Target::Start(spec, place);
  if (!target.ok()) return target.status();
  const size_t before_kib = (*target)->ResidentKib();
  Load load(kPcmu);
  if (auto grown = (*target)->GrowTo(calls, &load); !grown.ok()) return grown;
  LoadOptions what;
  what.sessions = calls;
  what.packets_per_s = kPacketsPerSecond * static_cast<double>(calls);
  what.warm_up = kWarmUp;
  what.measured = options.measured;
  what.waiting = Waiting::kSleep;
  what.server_cpu = [&target] { return (*target)->Cpu(); };
  bot->TakeFromCaller();
  const LoadResult result = RunLoad(options, &load, what);
  Figures figures = FiguresOf(result, what.packets_per_s);
  AddFromCaller(bot->TakeFromCaller(), &figures);
  const double grown_kib = static_cast<double>((*target)->ResidentKib()) - static_cast<double>(before_kib);
  figures[Figure::kSessionKib] = grown_kib / static_cast<double>(calls);
  results->Add(round, spec.name, absl::StrCat(calls, " calls"), figures);
  return absl::OkStatus();
}

std::string Rounded(double value) {
  return absl::StrFormat(value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
}

std::string Table(const Results& results) {
  struct Column {
    const char* name;
    Figure figure;
  };
  constexpr Column kColumns[] = {{"to the bot p50 ms", Figure::kFromCaller50Ms},
                                 {"p99 ms", Figure::kFromCaller99Ms},
                                 {"there and back p50 ms", Figure::kP50Ms},
                                 {"p99 ms", Figure::kP99Ms},
                                 {"spacing off p99 ms", Figure::kSpacing99Ms},
                                 {"p99.9 ms", Figure::kSpacing999Ms},
                                 {"lost", Figure::kLost},
                                 {"KiB a call", Figure::kSessionKib},
                                 {"server busy", Figure::kServerBusy},
                                 {"load late p99 ms", Figure::kLoadLateMs}};
  std::string text = absl::StrCat("| | target | CPU us a frame | x ", kBridge, " |");
  std::string line = "|---|---|---:|---:|";
  for (const Column& column : kColumns) {
    absl::StrAppend(&text, " ", column.name, " |");
    line += "---:|";
  }
  absl::StrAppend(&text, "\n", line, "\n");
  for (const std::string& profile : results.profiles()) {
    for (const std::string& target : results.targets()) {
      if (!results.Has(target, profile, Figure::kCpuUs)) continue;
      absl::StrAppend(&text, "| ", profile, " | ", target, " | ",
                      Rounded(results.Of(target, profile, Figure::kCpuUs)), " | ",
                      Rounded(results.Ratio(target, kBridge, profile, Figure::kCpuUs)), " |");
      for (const Column& column : kColumns)
        absl::StrAppend(&text, " ", Rounded(results.Of(target, profile, column.figure)), " |");
      text += "\n";
    }
  }
  return text;
}

int Run(const Options& options) {
  const std::string machine = DescribeMachine();
  EchoBot bot(kHost, options.load_core);
  std::vector<TargetSpec> targets = {
      {kBridge,
       TargetSpec::Kind::kPorts,
       {BENARI_BARE_BRIDGE_BINARY, absl::StrCat("--host=", kHost), "--ports={first}-{last}",
        absl::StrCat("--bot_port=", bot.listens().port)},
       ""}};
  auto media = MediaTargets();
  if (!media.ok()) throw std::runtime_error(std::string(media.status().message()));
  for (TargetSpec& each : *media) {
    each.bot_url = absl::StrCat("ws://", bot.listens().ToString(), "/");
    targets.push_back(std::move(each));
  }
  if (auto placed = RunOn({options.load_core}); !placed.ok())
    throw std::runtime_error(std::string(placed.message()));
  Results results;
  std::string left_out;
  for (size_t round = 0; round < options.rounds; ++round) {
    for (const size_t calls : options.calls) {
      for (const TargetSpec& spec : targets) {
        std::fprintf(stderr, "round %zu of %zu, %s: %zu calls\n", round + 1, options.rounds,
                     spec.name.c_str(), calls);
        const absl::Status done = RunCalls(options, round, spec, calls, &bot, &results);
        if (!done.ok())
          absl::StrAppend(&left_out, "\nLeft out: ", spec.name, ", ", calls, " calls: ", done.message(),
                          "\n");
      }
    }
  }
  const std::string report = absl::StrCat(
      "# benari-media's bots beside a bare bridge\n\n", machine, ".\nMedians of ", options.rounds,
      " rounds, each row measured for ", options.measured.count() / 1000, " s; server on core ",
      options.server_core, ", phones and an echo bot on core ", options.load_core,
      ".\nA frame is 20 ms of one call there and back.\n\n", Table(results), left_out);
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
