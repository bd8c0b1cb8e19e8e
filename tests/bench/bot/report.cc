#include "tests/bench/bot/report.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/bench/bot/profiles.h"
#include "tests/bench/media/rtp_probe.h"

namespace benari::bench {
namespace {

constexpr size_t kManyCalls = 300;
constexpr size_t kCallsOfACore = 600;
constexpr size_t kTlsCallsOfACore = 400;

std::string Rounded(double value) {
  return absl::StrFormat(value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
}

std::string ProfileName(BotProfile::Kind kind) { return BotProfile{kind, kManyCalls}.Name(); }

struct Asked {
  const Results& results;
  const std::string& target;

  std::optional<double> Of(BotProfile::Kind kind, Figure figure) const {
    if (!results.Has(target, ProfileName(kind), figure)) return std::nullopt;
    return results.Of(target, ProfileName(kind), figure);
  }
  std::optional<double> OverBridge(BotProfile::Kind kind, Figure figure) const {
    const double ratio = results.Ratio(target, kBareBridge, ProfileName(kind), figure);
    return ratio == 0 ? std::nullopt : std::optional(ratio);
  }
  // As many as one core carries at the price of these.
  std::optional<double> CallsOfACore(BotProfile::Kind kind) const {
    const auto cpu = Of(kind, Figure::kCpuUs);
    return cpu ? std::optional(1e6 / (kPacketsPerSecond * *cpu)) : std::nullopt;
  }
  std::optional<double> OverUnstalled(Figure figure) const {
    const auto stalled = Of(BotProfile::Kind::kStalled, figure), plain = Of(BotProfile::Kind::kEcho, figure);
    return stalled && plain && *plain > 0 ? std::optional(*stalled / *plain) : std::nullopt;
  }
};

struct Goal {
  std::string text;
  bool at_most;
  double limit;
  std::optional<double> (*measure)(const Asked&);
};

using Kind = BotProfile::Kind;

const std::vector<Goal>& Goals() {
  static const std::vector<Goal> goals = {
      {"CPU a frame, x bare bridge", true, 0.9,
       [](const Asked& asked) { return asked.OverBridge(Kind::kEcho, Figure::kCpuUs); }},
      {"CPU a frame, wss, x bare bridge with TLS", true, 1.1,
       [](const Asked& asked) { return asked.OverBridge(Kind::kTls, Figure::kCpuUs); }},
      {"calls that a core carries at that price", false, kCallsOfACore,
       [](const Asked& asked) { return asked.CallsOfACore(Kind::kEcho); }},
      {"the same, wss", false, kTlsCallsOfACore,
       [](const Asked& asked) { return asked.CallsOfACore(Kind::kTls); }},
      {"to the bot, p50, ms", true, 1,
       [](const Asked& asked) { return asked.Of(Kind::kEcho, Figure::kFromCaller50Ms); }},
      {"to the bot, p99, ms", true, 3,
       [](const Asked& asked) { return asked.Of(Kind::kEcho, Figure::kFromCaller99Ms); }},
      {"spacing off, p99, ms", true, 1,
       [](const Asked& asked) { return asked.Of(Kind::kEcho, Figure::kSpacing99Ms); }},
      {"spacing off, p99.9, ms", true, 3,
       [](const Asked& asked) { return asked.Of(Kind::kEcho, Figure::kSpacing999Ms); }},
      {"clear to the last frame, p99, ms", true, 21,
       [](const Asked& asked) { return asked.Of(Kind::kInterrupted, Figure::kAfterClear99Ms); }},
      {"memory a call, KiB", true, 48,
       [](const Asked& asked) { return asked.Of(Kind::kEcho, Figure::kSessionKib); }},
      {"to the bot, p99, beside a stalled bot, x beside none", true, 1.2,
       [](const Asked& asked) { return asked.OverUnstalled(Figure::kFromCaller99Ms); }},
  };
  return goals;
}

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
                               {"clear to last frame p99 ms", Figure::kAfterClear99Ms},
                               {"lost", Figure::kLost},
                               {"KiB a call", Figure::kSessionKib},
                               {"server busy", Figure::kServerBusy},
                               {"load late p99 ms", Figure::kLoadLateMs}};

}  // namespace

std::string BotGoals(const Results& results) {
  std::string text = absl::StrCat("| goal, at ", kManyCalls, " calls |");
  std::string line = "|---|";
  for (const std::string& target : results.targets()) {
    if (target == kBareBridge) continue;
    absl::StrAppend(&text, " ", target, " | |");
    line += "---:|---|";
  }
  absl::StrAppend(&text, "\n", line, "\n");
  for (const Goal& goal : Goals()) {
    absl::StrAppend(&text, "| ", goal.text, ": ", goal.at_most ? "≤ " : "≥ ", goal.limit, " |");
    for (const std::string& target : results.targets()) {
      if (target == kBareBridge) continue;
      const auto measured = goal.measure({results, target});
      const bool met = measured && (goal.at_most ? *measured <= goal.limit : *measured >= goal.limit);
      absl::StrAppend(&text, " ", measured ? Rounded(*measured) : "", " | ",
                      !measured ? "not run"
                      : met     ? "met"
                                : "**missed**",
                      " |");
    }
    text += "\n";
  }
  return text;
}

std::string BotTable(const Results& results) {
  std::string text = absl::StrCat("| | target | CPU us a frame | x ", kBareBridge, " |");
  std::string line = "|---|---|---:|---:|";
  for (const Column& column : kColumns) {
    absl::StrAppend(&text, " ", column.name, " |");
    line += "---:|";
  }
  absl::StrAppend(&text, "\n", line, "\n");
  for (const std::string& profile : results.profiles()) {
    for (const std::string& target : results.targets()) {
      if (!results.Has(target, profile, Figure::kSpacing99Ms)) continue;
      const auto cell = [&](Figure figure) {
        return results.Has(target, profile, figure) ? Rounded(results.Of(target, profile, figure)) : "";
      };
      const double ratio = results.Ratio(target, kBareBridge, profile, Figure::kCpuUs);
      absl::StrAppend(&text, "| ", profile, " | ", target, " | ", cell(Figure::kCpuUs), " | ",
                      ratio == 0 ? "" : Rounded(ratio), " |");
      for (const Column& column : kColumns) absl::StrAppend(&text, " ", cell(column.figure), " |");
      text += "\n";
    }
  }
  return text;
}

}  // namespace benari::bench
