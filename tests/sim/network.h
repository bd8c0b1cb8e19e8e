#pragma once

#include <string>
#include <vector>

#include "tests/fakes/fault_plan.h"
#include "tests/fakes/random.h"

namespace benari::sim {

// What the network does to requests: delays, cuts, resets, and errors of the other side, drawn from the seed.
// "asterisk" and the nodes' addresses name the links. Confined to the control loop.
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
  bool IsCut(const std::string& link, Clock::Time at) const { return Find(link, at) != nullptr; }
  // From now on only delays.
  void Heal() { request_faults_ = 0; }

  // Of an event that Asterisk sends.
  Clock::Duration EventDelay() { return random_.UpTo(jitter_); }
  fakes::Fault Fate(const std::string& link, Clock::Time now);

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
  const Window* Find(const std::string& link, Clock::Time at) const { return FindIn(cuts_, link, at); }
  std::chrono::milliseconds UpTo(Clock::Duration longest) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(random_.UpTo(longest));
  }

  fakes::Random random_;
  const Clock::Duration jitter_;
  int request_faults_;
  std::vector<Window> cuts_;
  std::vector<Window> slow_;
  std::vector<ResetOf> resets_;
};

}  // namespace benari::sim
