#include "tests/bench/media/goals.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "tests/bench/media/profile_names.h"

namespace benari::bench {
namespace {

// Below this many sessions, what each wake-up costs hides what a packet costs.
constexpr size_t kCpuFlatFrom = 100;
constexpr size_t kFewSessions = 10;

struct Asked {
  const Results& results;
  const std::string& target;
  const std::string& base;

  std::optional<double> Of(const std::string& profile, Figure figure) const {
    if (!results.Has(target, profile, figure)) return std::nullopt;
    return results.Of(target, profile, figure);
  }
  std::optional<double> Ratio(const std::string& profile, Figure figure) const {
    const double ratio = results.Ratio(target, base, profile, figure);
    if (ratio == 0) return std::nullopt;
    return ratio;
  }
};

struct Goal {
  const char* text;
  const char* unit;
  bool at_most;
  double limit;
  std::optional<double> (*measure)(const Asked&);
};

const std::string& Many() {
  static const std::string profile = PacedProfile(kManySessions);
  return profile;
}

std::optional<double> LostAtMany(const Asked& asked) {
  if (!asked.Of(Many(), Figure::kLost)) return std::nullopt;
  return asked.results.Most(asked.target, Many(), Figure::kLost);
}

std::optional<double> BehindBaseWithFew(const Asked& asked) {
  const std::string few = PacedProfile(kFewSessions);
  const auto mine = asked.Of(few, Figure::kP50Ms);
  if (!mine || !asked.results.Has(asked.base, few, Figure::kP50Ms)) return std::nullopt;
  return *mine - asked.results.Of(asked.base, few, Figure::kP50Ms);
}

std::optional<double> CpuGrowth(const Asked& asked) {
  const auto from = asked.Of(PacedProfile(kCpuFlatFrom), Figure::kCpuUs);
  if (!from || *from == 0) return std::nullopt;
  double most = 0;
  for (const std::string& profile : asked.results.profiles()) {
    size_t sessions = 0;
    if (!IsPaced(profile, &sessions) || sessions <= kCpuFlatFrom) continue;
    most = std::max(most, asked.results.Of(asked.target, profile, Figure::kCpuUs));
  }
  if (most == 0) return std::nullopt;
  return most / *from;
}

std::optional<double> SlowestRpc(const Asked& asked) {
  if (!asked.Of(kBesideSetUps, Figure::kLeaseMs)) return std::nullopt;
  double most = 0;
  for (const Figure rpc : {Figure::kLeaseMs, Figure::kStartMs, Figure::kStopMs, Figure::kReleaseMs}) {
    most = std::max(most, *asked.Of(kBesideSetUps, rpc));
  }
  return most;
}

std::optional<double> EchoBesideSetUps(const Asked& asked) {
  const auto beside = asked.Of(kBesideSetUps, Figure::kP99Ms);
  const auto alone = asked.Of(kBesideNothing, Figure::kP99Ms);
  if (!beside || !alone || *alone == 0) return std::nullopt;
  return *beside / *alone;
}

template <const char* profile, Figure figure>
std::optional<double> Plain(const Asked& asked) {
  return asked.Of(profile, figure);
}

template <Figure figure>
std::optional<double> AtMany(const Asked& asked) {
  return asked.Of(Many(), figure);
}

const Goal kGoals[] = {
    {"CPU a packet, 500 sessions", "x reflector", true, 0.6,
     [](const Asked& asked) { return asked.Ratio(Many(), Figure::kCpuUs); }},
    {"– the moonshot", "x reflector", true, 0.45,
     [](const Asked& asked) { return asked.Ratio(Many(), Figure::kCpuUs); }},
    {"CPU a packet, the most with more than 100 sessions", "x that at 100", true, 1.0, CpuGrowth},
    {"p50, 500 sessions", "ms", true, 0.8, AtMany<Figure::kP50Ms>},
    {"p99, 500 sessions", "ms", true, 2, AtMany<Figure::kP99Ms>},
    {"p99.9, 500 sessions", "ms", true, 5, AtMany<Figure::kP999Ms>},
    {"lost, 500 sessions, the worst round", "packets", true, 0, LostAtMany},
    {"p50, 10 sessions, behind the reflector", "ms", true, 0.3, BehindBaseWithFew},
    {"packets a second, saturated", "x reflector", false, 1.15,
     [](const Asked& asked) { return asked.Ratio(kSaturated, Figure::kEchoedPerS); }},
    {"slowest session, saturated", "x median session", false, 0.8, Plain<kSaturated, Figure::kSlowest>},
    {"memory a session", "KiB", true, 8, Plain<kMemory, Figure::kSessionKib>},
    {"set-ups a second", "/s", false, 3000, Plain<kBesideSetUps, Figure::kSetUpsPerS>},
    {"p99 of the slowest of their rpcs", "ms", true, 5, SlowestRpc},
    {"echo p99 beside set-ups", "x beside none", true, 2, EchoBesideSetUps},
};

}  // namespace

std::vector<Verdict> Judge(const Results& results, const std::string& target, const std::string& base) {
  const Asked asked{results, target, base};
  std::vector<Verdict> verdicts;
  for (const Goal& goal : kGoals) {
    Verdict verdict{goal.text, absl::StrFormat("%s %g", goal.at_most ? "<=" : ">=", goal.limit),
                    goal.measure(asked), goal.unit};
    if (verdict.measured) {
      verdict.met = goal.at_most ? *verdict.measured <= goal.limit : *verdict.measured >= goal.limit;
    }
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace benari::bench
