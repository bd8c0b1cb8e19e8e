#pragma once

#include <cstddef>
#include <string>

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

}  // namespace benari::bench
