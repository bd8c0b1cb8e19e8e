#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/clock.h"
#include "media/lease/token_bucket.h"

namespace benari::media {

struct OwnerId {
  std::string name;
  uint64_t epoch = 0;
};

// The latest epoch seen of each owner, which fences off the earlier ones, how many leases each has, and how
// often it gets new ones.
// Owned by SessionRegistry, under its mutex.
class OwnerTable {
 public:
  static constexpr size_t kMaxOwners = 1000;

  // Of new leases, for each owner.
  explicit OwnerTable(Rate lease_rate = {}) : lease_rate_(lease_rate) {}

  // Remembers the epoch. ABORTED: a later one was seen. RESOURCE_EXHAUSTED: kMaxOwners hold
  // leases; otherwise the one without leases that was not heard of for longest is forgotten for a new one.
  absl::Status Admit(const OwnerId& owner, Clock::Time now);

  uint64_t LatestEpoch(const std::string& name) const;  // 0: never seen
  // Since the latest request that was admitted; 0: never seen.
  std::chrono::milliseconds SilentFor(const std::string& name, Clock::Time now) const;
  // Whether the owner, which was admitted, may have a new lease now; if so it counts.
  bool TakeTurn(const std::string& name, Clock::Time now) { return owners_.at(name).turns.Take(now); }
  void AddLease(const std::string& name) { ++owners_.at(name).leases; }
  void RemoveLease(const std::string& name) { --owners_.at(name).leases; }

 private:
  struct Owner {
    explicit Owner(Rate lease_rate) : turns(lease_rate) {}

    TokenBucket turns;
    uint64_t epoch = 0;
    Clock::Time last_seen;
    size_t leases = 0;
  };

  bool ForgetOne();

  const Rate lease_rate_;
  absl::flat_hash_map<std::string, Owner> owners_;
};

}  // namespace benari::media
