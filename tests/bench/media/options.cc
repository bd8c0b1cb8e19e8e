#include "tests/bench/media/options.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/command_line.h"
#include "tests/bench/media/cores.h"

ABSL_FLAG(std::vector<std::string>, sessions,
          std::vector<std::string>({"1", "10", "100", "500", "1000", "5000"}),
          "of the paced profiles, one each, 1..10000");
ABSL_FLAG(bool, only_paced, false, "leave out saturated, overload, set-ups and memory");
ABSL_FLAG(double, seconds, 5, "how long each profile is measured, after a warm-up");
ABSL_FLAG(int, rounds, 3, "how often each target is run, by turns; medians are shown");
ABSL_FLAG(int, server_core, -1, "the core of the server; -1: the first that may be used");
ABSL_FLAG(int, load_core, -1, "the core of the load; -1: the last that may be used");
ABSL_FLAG(int, burst, 4,
          "packets that a session sends at once, saturated and in the overload; 1: as a phone");
ABSL_FLAG(std::string, host, "127.0.0.1", "where servers and load are: an address of 127.0.0.0/8");
ABSL_FLAG(std::string, out, "out/bench", "folder for media.md and media.svg");
ABSL_FLAG(std::string, media, "", "NAME=FLAGS: benari-media once more, with these flags; may be given often");
ABSL_FLAG(
    std::string, peer, "",
    "NAME=CMD: another program that sends UDP back on the ports {first} to {last} of {host}; may be given "
    "often");

namespace benari::bench {
namespace {

constexpr size_t kMostSessions = 10000;
constexpr int kMostBurst = 64;  // what one call can hand over

// Takes every --NAME=VALUE out of the arguments: of a flag that is given twice absl keeps the last.
std::vector<std::string> TakeAll(absl::string_view name, std::vector<char*>* args) {
  std::vector<std::string> values;
  std::erase_if(*args, [&](const char* arg) {
    absl::string_view rest = arg;
    if (!absl::ConsumePrefix(&rest, absl::StrCat("--", name, "="))) return false;
    values.emplace_back(rest);
    return true;
  });
  return values;
}

std::vector<TargetSpec> ReadTargets(absl::string_view flag, const std::vector<std::string>& values,
                                    TargetSpec::Kind kind, FlagErrors* errors) {
  std::vector<TargetSpec> targets;
  for (const std::string& value : values) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(value, absl::MaxSplits('=', 1));
    TargetSpec target{parts.first, kind, absl::StrSplit(parts.second, ' ', absl::SkipEmpty())};
    errors->Require(!target.name.empty() && !target.words.empty(), flag, value,
                    "a name, =, and words with spaces between");
    targets.push_back(std::move(target));
  }
  return targets;
}

int ReadCore(const absl::Flag<int>& flag, absl::string_view name, int otherwise, FlagErrors* errors) {
  const int core = absl::GetFlag(flag);
  if (core == -1) return otherwise;
  const std::vector<int> cores = AllowedCores();
  errors->Require(std::find(cores.begin(), cores.end(), core) != cores.end(), name, absl::StrCat(core),
                  absl::StrCat("-1, ", absl::StrJoin(cores, ", ")));
  return core;
}

}  // namespace

Options ReadOptions(int argc, char** argv) {
  FlagErrors errors;
  std::vector<char*> args(argv, argv + argc);
  Options options;
  options.media = ReadTargets("media", TakeAll("media", &args), TargetSpec::Kind::kMedia, &errors);
  options.peers = ReadTargets("peer", TakeAll("peer", &args), TargetSpec::Kind::kPorts, &errors);
  ParseCommandLine(static_cast<int>(args.size()), args.data(),
                   "prints a table: what benari-media does with packets beside the bare reflector", &errors);
  for (const std::string& text : absl::GetFlag(FLAGS_sessions)) {
    size_t sessions = 0;
    const bool is_number = absl::SimpleAtoi(text, &sessions);
    errors.Require(is_number && sessions >= 1 && sessions <= kMostSessions, "sessions", text,
                   absl::StrCat("1..", kMostSessions, ", with commas between"));
    options.sessions.push_back(sessions);
  }
  std::sort(options.sessions.begin(), options.sessions.end());
  options.only_paced = absl::GetFlag(FLAGS_only_paced);
  options.seconds = absl::GetFlag(FLAGS_seconds);
  errors.Require(options.seconds >= 0.1 && options.seconds <= 300, "seconds", absl::StrCat(options.seconds),
                 "0.1..300");
  const int rounds = absl::GetFlag(FLAGS_rounds);
  errors.Require(rounds >= 1 && rounds <= 100, "rounds", absl::StrCat(rounds), "1..100");
  options.rounds = static_cast<size_t>(rounds);
  const std::vector<int> cores = AllowedCores();
  options.server_core = ReadCore(FLAGS_server_core, "server_core", cores.front(), &errors);
  options.load_core = ReadCore(FLAGS_load_core, "load_core", cores.back(), &errors);
  errors.Require(options.server_core != options.load_core, "load_core", absl::StrCat(options.load_core),
                 "another core than the server's; there have to be two");
  const int burst = absl::GetFlag(FLAGS_burst);
  errors.Require(burst >= 1 && burst <= kMostBurst, "burst", absl::StrCat(burst),
                 absl::StrCat("1..", kMostBurst));
  options.burst = static_cast<size_t>(burst);
  options.host = absl::GetFlag(FLAGS_host);
  in_addr address{};
  errors.Require(inet_pton(AF_INET, options.host.c_str(), &address) == 1 &&
                     ntohl(address.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET,
                 "host", options.host, "an address of 127.0.0.0/8");
  options.out = absl::GetFlag(FLAGS_out);
  errors.ExitIfAny();
  return options;
}

}  // namespace benari::bench
