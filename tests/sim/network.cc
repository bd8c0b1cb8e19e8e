#include "tests/sim/network.h"

namespace benari::sim {

using fakes::Fault;
using fakes::FaultKind;
using std::chrono::milliseconds;

namespace {
constexpr milliseconds kWay(1);  // of the fake clients, at least
constexpr milliseconds kAnswerTakes(4);
constexpr milliseconds kSlow(2000);
constexpr milliseconds kDeadline(5000);       // of a request
constexpr milliseconds kRetransmission(500);  // after a cut, the longest

milliseconds Until(Clock::Time to, Clock::Time from) { return std::chrono::ceil<milliseconds>(to - from); }
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

Fault Network::Fate(const std::string& link, Clock::Time now) {
  Fault fault;
  fault.kind = FaultKind::kDelayed;
  fault.late = UpTo(jitter_);
  fault.delay = UpTo(jitter_);
  while (const Window* cut = Find(link, now + kWay + fault.late)) {
    // TCP sends it again, unless the sender has given up by then: that may be noticed first.
    const bool given_up = cut->to - now > kDeadline;
    if (!cut->stopped && given_up && random_.Flip()) {
      fault.kind = FaultKind::kTimeoutBefore;
      return fault;
    }
    fault.late += Until(cut->to, now + kWay + fault.late) + UpTo(kRetransmission);
  }
  const Clock::Time arrival = now + kWay + fault.late;
  if (FindIn(slow_, link, arrival) != nullptr) fault.delay += kSlow;
  while (const Window* cut = Find(link, arrival + kAnswerTakes + fault.delay)) {
    fault.delay += Until(cut->to, arrival + kAnswerTakes + fault.delay) + UpTo(kRetransmission);
  }
  for (const ResetOf& reset : resets_) {
    if (reset.link != link || reset.at < now || reset.at > arrival + fault.delay) continue;
    fault.kind = reset.at < arrival ? FaultKind::kUnreachableBefore : FaultKind::kUnreachableAfter;
    return fault;
  }
  if (random_.Below(1000) < static_cast<uint64_t>(request_faults_)) {
    const auto& kinds = fakes::AllFaultKinds();
    fault.kind = kinds[random_.Below(kinds.size())];
    if (fault.kind == FaultKind::kDelayed) fault.delay += UpTo(std::chrono::seconds(3));
  }
  return fault;
}

}  // namespace benari::sim
