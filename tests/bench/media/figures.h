#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/bench/media/load.h"
#include "tests/bench/media/rpc_probe.h"
#include "tests/bench/media/set_up_load.h"

// What is known of each target and profile, over all rounds.
namespace benari::bench {

enum class Figure {
  kP50Ms,
  kP99Ms,
  kP999Ms,
  kMaxMs,
  kSent,
  kLost,
  kLostShare,
  kEchoedPerS,
  kCpuUs,        // of the server, a packet
  kSlowest,      // session / median session
  kServerBusy,   // share of a core
  kLoadBusy,     // share
  kLoadRate,     // sent / what was asked for; absent in a closed loop
  kLoadLateMs,   // p99; absent in a closed loop
  kKeepAliveMs,  // p99
  kListMs,       // p99
  kRpcsFailed,
  kLeaseMs,  // p99, as the next three
  kStartMs,
  kStopMs,
  kReleaseMs,
  kSetUpsPerS,
  kSessionKib,
  kSpacing99Ms,  // by how much packets in a row are off 20 ms, as the next one
  kSpacing999Ms,
  kFromCaller50Ms,  // from the caller to a bot, as the next one
  kFromCaller99Ms,
  kAfterClear99Ms,  // p99, from a bot's clear to the last frame that its caller heard
};

// Of one run of one profile. Some figures are absent.
using Figures = std::map<Figure, double>;

// `asked_per_s` 0: a closed loop. Pure.
Figures FiguresOf(const LoadResult& result, double asked_per_s);
void Add(const RpcAnswers& answers, Figures* figures);
void Add(const SetUps& set_ups, Figures* figures);
void AddFromCaller(const Histogram& from_caller, Figures* figures);
void AddAfterClear(const Histogram& after_clear, Figures* figures);

// Profiles by name, in the order in which they were first run. Confined to one thread.
class Results {
 public:
  void Add(size_t round, const std::string& target, const std::string& profile, Figures figures);
  // Each once, in the order in which they came.
  const std::vector<std::string>& profiles() const { return profiles_; }
  const std::vector<std::string>& targets() const { return targets_; }

  bool Has(const std::string& target, const std::string& profile, Figure figure) const;
  // The median of the rounds; 0 when there is none.
  double Of(const std::string& target, const std::string& profile, Figure figure) const;
  // The most of the rounds; 0 when there is none.
  double Most(const std::string& target, const std::string& profile, Figure figure) const;
  // The median over the rounds of this target's figure as a multiple of the other one's; 0 when no round has
  // both.
  double Ratio(const std::string& target, const std::string& to, const std::string& profile,
               Figure figure) const;

 private:
  using Key = std::pair<std::string, std::string>;
  std::vector<double> Values(const Key& key, Figure figure) const;

  std::vector<std::string> profiles_;
  std::vector<std::string> targets_;
  std::map<Key, std::map<size_t, Figures>> by_round_;
};

}  // namespace benari::bench
