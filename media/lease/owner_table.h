#pragma once

#include <chrono>
#include <cstdint>
#include <map>
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

// For each owner: the latest epoch seen, which fences off earlier ones, its number of leases, and its rate
// limit. Owned by SessionRegistry, under its mutex.
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
  // Returns true, and counts a lease against the rate limit, if the admitted owner may have a new one.
  bool TakeTurn(const std::string& name, Clock::Time now) { return owners_.at(name).turns.Take(now); }
  void AddLease(const std::string& name) { ++owners_.at(name).leases; }
  void RemoveLease(const std::string& name) { --owners_.at(name).leases; }
  std::map<std::string, size_t> Leases() const;  // of each owner that is remembered, by name

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
