#include "tests/sim/network.h"

#include <algorithm>

namespace benari::sim {

using fakes::Fault;
using fakes::FaultKind;
using std::chrono::milliseconds;

namespace {
constexpr milliseconds kWay(1);  // of the fake clients, at least
constexpr milliseconds kAnswerTakes(4);
constexpr milliseconds kSlow(2000);
constexpr milliseconds kSlowList(3000);
constexpr milliseconds kDeadline(5000);       // of a request
constexpr milliseconds kRetransmission(500);  // after a cut, the longest

milliseconds Until(Clock::Time to, Clock::Time from) { return std::chrono::ceil<milliseconds>(to - from); }

bool IsList(const std::string& operation) {
  return operation == "ari.GetApplication" || operation == "ari.ListBridges" ||
         operation == "ari.ListChannels";
}
}  // namespace

void Network::Cut(const std::string& link, Clock::Time from, Clock::Time to, bool stopped) {
  cuts_.push_back({link, from, to, stopped});
}

const Network::Window* Network::FindIn(const std::vector<Window>& windows, const std::string& link,
                                       Clock::Time at) {
  for (const Window& window : windows) {
    if (window.link == link && window.from <= at && at < window.to) return &window;
  }
  return nullptr;
}

const Network::Window* Network::FindCut(const std::vector<std::string>& links, Clock::Time at) const {
  for (const std::string& link : links) {
    if (const Window* const cut = FindIn(cuts_, link, at)) return cut;
  }
  return nullptr;
}

Fault Network::FateOfList(Fault fault, Clock::Time now) {
  if (FindIn(slow_lists_, "", now) != nullptr) fault.delay += kSlowList;
  if (FindIn(failing_lists_, "", now) == nullptr) return fault;
  constexpr FaultKind kinds[] = {FaultKind::kErrorBefore, FaultKind::kTimeoutBefore,
                                 FaultKind::kUnreachableBefore};
  fault.kind = kinds[random_.Below(3)];
  return fault;
}

bool Network::LosesRenewal(const std::string& link, Clock::Time now) {
  const auto lost = std::find_if(lost_renewals_.begin(), lost_renewals_.end(),
                                 [&](const ResetOf& each) { return each.link == link && each.at <= now; });
  if (lost == lost_renewals_.end()) return false;
  lost_renewals_.erase(lost);
  return true;
}

Fault Network::Fate(const std::vector<std::string>& links, const fakes::Step& step, Clock::Time now) {
  Fault fault;
  fault.kind = FaultKind::kDelayed;
  for (const std::string& link : links) {
    if (FindIn(failing_, link, now) == nullptr) continue;
    fault.kind = FaultKind::kUnreachableBefore;
    return fault;
  }
  fault.late = UpTo(jitter_);
  fault.delay = UpTo(jitter_);
  while (const Window* cut = FindCut(links, now + kWay + fault.late)) {
    // TCP sends it again, unless the sender has given up by then. To Asterisk it aborts the connection; a
    // stream of HTTP/2 that is reset may have been sent.
    const bool given_up = cut->to - now > kDeadline;
    const bool ari = step.to.empty();
    if (!cut->stopped && given_up && (ari || random_.Flip())) {
      fault.kind = FaultKind::kTimeoutBefore;
      return fault;
    }
    fault.late += Until(cut->to, now + kWay + fault.late) + UpTo(kRetransmission);
  }
  const Clock::Time arrival = now + kWay + fault.late;
  for (const std::string& link : links) {
    if (FindIn(slow_, link, arrival) != nullptr) fault.delay += kSlow;
  }
  while (const Window* cut = FindCut(links, arrival + kAnswerTakes + fault.delay)) {
    fault.delay += Until(cut->to, arrival + kAnswerTakes + fault.delay) + UpTo(kRetransmission);
  }
  for (const ResetOf& reset : resets_) {
    const bool on_the_way = std::find(links.begin(), links.end(), reset.link) != links.end();
    if (!on_the_way || reset.at < now || reset.at > arrival + fault.delay) continue;
    fault.kind = reset.at < arrival ? FaultKind::kUnreachableBefore : FaultKind::kUnreachableAfter;
    return fault;
  }
  if (IsList(step.operation)) fault = FateOfList(fault, now);
  if (step.operation == "media.KeepAlive" && LosesRenewal(step.to, now))
    fault.kind = FaultKind::kTimeoutBefore;
  if (fault.kind == FaultKind::kDelayed && random_.Below(1000) < static_cast<uint64_t>(request_faults_)) {
    const auto& kinds = fakes::AllFaultKinds();
    fault.kind = kinds[random_.Below(kinds.size())];
    if (fault.kind == FaultKind::kDelayed) fault.delay += UpTo(std::chrono::seconds(3));
  }
  return fault;
}

}  // namespace benari::sim
