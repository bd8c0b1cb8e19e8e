#include "tests/bench/media/figures.h"

#include <algorithm>
#include <utility>

#include "tests/bench/media/statistics.h"

namespace benari::bench {
namespace {

using std::chrono::nanoseconds;

double Ms(nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

double P99Ms(const Histogram& histogram) { return Ms(histogram.Quantile(0.99)); }

void AddOnce(const std::string& name, std::vector<std::string>* names) {
  if (std::find(names->begin(), names->end(), name) == names->end()) names->push_back(name);
}

}  // namespace

Figures FiguresOf(const LoadResult& result, double asked_per_s) {
  Figures figures = {
      {Figure::kP50Ms, Ms(result.rtt.Quantile(0.5))},
      {Figure::kP99Ms, P99Ms(result.rtt)},
      {Figure::kP999Ms, Ms(result.rtt.Quantile(0.999))},
      {Figure::kMaxMs, Ms(result.rtt.max())},
      {Figure::kSent, static_cast<double>(result.sent)},
      {Figure::kLost, static_cast<double>(result.lost())},
      {Figure::kLostShare,
       static_cast<double>(result.lost()) / static_cast<double>(std::max<uint64_t>(1, result.sent))},
      {Figure::kServerBusy,
       std::chrono::duration<double>(result.server_cpu_each).count() * result.echoed_per_s},
      {Figure::kEchoedPerS, result.echoed_per_s},
      {Figure::kCpuUs, std::chrono::duration<double, std::micro>(result.server_cpu_each).count()},
      {Figure::kSlowest, SlowestOverMedian(result.received_by_session)},
      {Figure::kLoadBusy, result.load_busy},
      {Figure::kSpacing99Ms, P99Ms(result.spacing)},
      {Figure::kSpacing999Ms, Ms(result.spacing.Quantile(0.999))},
  };
  if (asked_per_s == 0) return figures;
  figures[Figure::kLoadRate] = result.sent_per_s / asked_per_s;
  figures[Figure::kLoadLateMs] = P99Ms(result.lateness);
  return figures;
}

void AddFromCaller(const Histogram& from_caller, Figures* figures) {
  (*figures)[Figure::kFromCaller50Ms] = Ms(from_caller.Quantile(0.5));
  (*figures)[Figure::kFromCaller99Ms] = P99Ms(from_caller);
}

void AddAfterClear(const Histogram& after_clear, Figures* figures) {
  (*figures)[Figure::kAfterClear99Ms] = P99Ms(after_clear);
}

void Add(const RpcAnswers& answers, Figures* figures) {
  (*figures)[Figure::kKeepAliveMs] = P99Ms(answers.keep_alive);
  (*figures)[Figure::kListMs] = P99Ms(answers.list_sessions);
  (*figures)[Figure::kRpcsFailed] = static_cast<double>(answers.failed);
}

void Add(const SetUps& set_ups, Figures* figures) {
  (*figures)[Figure::kLeaseMs] = P99Ms(set_ups.lease_port);
  (*figures)[Figure::kStartMs] = P99Ms(set_ups.start_session);
  (*figures)[Figure::kStopMs] = P99Ms(set_ups.stop_session);
  (*figures)[Figure::kReleaseMs] = P99Ms(set_ups.release_port);
  (*figures)[Figure::kSetUpsPerS] = set_ups.per_s;
  (*figures)[Figure::kRpcsFailed] = static_cast<double>(set_ups.failed);
}

void Results::Add(size_t round, const std::string& target, const std::string& profile, Figures figures) {
  AddOnce(profile, &profiles_);
  AddOnce(target, &targets_);
  by_round_[{target, profile}][round] = std::move(figures);
}

std::vector<double> Results::Values(const Key& key, Figure figure) const {
  std::vector<double> values;
  const auto found = by_round_.find(key);
  if (found == by_round_.end()) return values;
  for (const auto& [round, figures] : found->second) {
    if (const auto value = figures.find(figure); value != figures.end()) values.push_back(value->second);
  }
  return values;
}

bool Results::Has(const std::string& target, const std::string& profile, Figure figure) const {
  return !Values({target, profile}, figure).empty();
}

double Results::Of(const std::string& target, const std::string& profile, Figure figure) const {
  return Median(Values({target, profile}, figure));
}

double Results::Most(const std::string& target, const std::string& profile, Figure figure) const {
  const std::vector<double> values = Values({target, profile}, figure);
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

double Results::Ratio(const std::string& target, const std::string& to, const std::string& profile,
                      Figure figure) const {
  const auto mine = by_round_.find({target, profile});
  const auto theirs = by_round_.find({to, profile});
  std::vector<double> ratios;
  if (mine == by_round_.end() || theirs == by_round_.end()) return 0;
  for (const auto& [round, figures] : mine->second) {
    const auto same_round = theirs->second.find(round);
    if (same_round == theirs->second.end()) continue;
    const auto value = figures.find(figure);
    const auto base = same_round->second.find(figure);
    if (value == figures.end() || base == same_round->second.end() || base->second == 0) continue;
    ratios.push_back(value->second / base->second);
  }
  return Median(ratios);
}

}  // namespace benari::bench
