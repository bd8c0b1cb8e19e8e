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

  // Nothing passes between these times; what was sent arrives afterwards, or, unless `stopped`, is lost. Known
  // beforehand, since the fate of a request is drawn as it sets out.
  void Cut(const std::string& link, Clock::Time from, Clock::Time to, bool stopped);
  void Reset(const std::string& link, Clock::Time at) { resets_.push_back({link, at}); }
  bool IsCut(const std::string& link, Clock::Time at) const { return Find(link, at) != nullptr; }
  // From now on only delays.
  void Heal() { request_faults_ = 0; }

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

  const Window* Find(const std::string& link, Clock::Time at) const;
  std::chrono::milliseconds UpTo(Clock::Duration longest) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(random_.UpTo(longest));
  }

  fakes::Random random_;
  const Clock::Duration jitter_;
  int request_faults_;
  std::vector<Window> cuts_;
  std::vector<ResetOf> resets_;
};

}  // namespace benari::sim
