#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/bench/media/figures.h"
#include "tests/bench/media/profile_names.h"
#include "tests/bench/media/target.h"

namespace benari::bench {

struct Plan {
  std::vector<size_t> sessions;  // of the paced profiles, growing
  bool only_paced = false;
  size_t burst = 1;  // packets of a session at once, saturated and in the overload
  std::chrono::milliseconds measured{0};
  int load_core = 0;
  std::vector<int> other_cores;  // of what is neither the server nor the load
  std::function<void(const std::string& profile)> say;

  size_t MostSessions() const;
};

// All profiles against one running target, which nothing else has loaded yet, in an order in which sessions
// only come: 5000 idle ones beside 10 would cost what they cost.
absl::Status RunProfiles(const Plan& plan, size_t round, const std::string& name, Target* target,
                         Results* results);

}  // namespace benari::bench
