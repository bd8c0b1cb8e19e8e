#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/bench/media/figures.h"
#include "tests/bench/media/target.h"

namespace benari::bench {

// The names of profiles in Results.
std::string PacedProfile(size_t sessions);
bool IsPaced(const std::string& profile, size_t* sessions);
inline constexpr char kSaturated[] = "saturated";
inline constexpr char kOverload[] = "overload";
inline constexpr char kRecovery[] = "recovery";
inline constexpr char kBesideNothing[] = "echo beside no set-ups";
inline constexpr char kBesideSetUps[] = "echo beside set-ups";
inline constexpr char kMemory[] = "memory";

// Of the profiles that are not paced.
inline constexpr size_t kManySessions = 500;

struct Plan {
  std::vector<size_t> sessions;  // of the paced profiles, growing
  bool only_paced = false;
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
