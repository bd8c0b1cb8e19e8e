#pragma once

#include <string>
#include <vector>

#include "tests/fakes/fault_plan.h"
#include "tests/fakes/random.h"

namespace benari::sim {

// What the network does to requests: delays, cuts, resets, and errors of the other side, drawn from the seed.
// "asterisk" and the nodes' addresses name
// the links, or "0>asterisk" that of one machine. Confined to the control loop.
class Network {
 public:
  Network(uint64_t seed, Clock::Duration jitter, int request_faults)
      : random_(seed), jitter_(jitter), request_faults_(request_faults) {}

  // Nothing passes between these times; what was sent arrives afterwards, or, unless `stopped`, is lost.
  // Known beforehand, since the fate of a request is drawn as it sets out.
  void Cut(const std::string& link, Clock::Time from, Clock::Time to, bool stopped);
  // Each answer comes two seconds late between these times.
  void Slow(const std::string& link, Clock::Time from, Clock::Time to) {
    slow_.push_back({link, from, to, false});
  }
  void Reset(const std::string& link, Clock::Time at) { resets_.push_back({link, at}); }
  // What lists all channels, bridges or the application fails, or takes three seconds longer.
  void DisturbLists(Clock::Time from, Clock::Time to, bool fail) {
    (fail ? failing_lists_ : slow_lists_).push_back({"", from, to, false});
  }
  // Each request fails as it sets out.
  void FailFast(const std::string& link, Clock::Time from, Clock::Time to) {
    failing_.push_back({link, from, to, false});
  }
  // The first renewal of leases after that time gets no answer.
  void LoseRenewal(const std::string& link, Clock::Time at) { lost_renewals_.push_back({link, at}); }
  bool IsCut(const std::string& link, Clock::Time at) const { return FindIn(cuts_, link, at) != nullptr; }
  // From now on only delays.
  void Heal() { request_faults_ = 0; }

  // Of an event that Asterisk sends.
  Clock::Duration EventDelay() { return random_.UpTo(jitter_); }
  // A request goes over several links, each named for where it begins or ends.
  fakes::Fault Fate(const std::vector<std::string>& links, const fakes::Step& step, Clock::Time now);

 private:
  struct Window {
    std::string link;
    Clock::Time from;
    Clock::Time to;
    bool stopped;
  };
  struct ResetOf {
    std::string link;
    Clock::Time at;
  };

  static const Window* FindIn(const std::vector<Window>& windows, const std::string& link, Clock::Time at);
  const Window* FindCut(const std::vector<std::string>& links, Clock::Time at) const;
  fakes::Fault FateOfList(fakes::Fault fault, Clock::Time now);
  // Once each.
  bool LosesRenewal(const std::string& link, Clock::Time now);
  std::chrono::milliseconds UpTo(Clock::Duration longest) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(random_.UpTo(longest));
  }

  fakes::Random random_;
  const Clock::Duration jitter_;
  int request_faults_;
  std::vector<Window> cuts_;
  std::vector<Window> slow_;
  std::vector<Window> failing_;
  std::vector<Window> failing_lists_;
  std::vector<Window> slow_lists_;
  std::vector<ResetOf> resets_;
  std::vector<ResetOf> lost_renewals_;
};

}  // namespace benari::sim
