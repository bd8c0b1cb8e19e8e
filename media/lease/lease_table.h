#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "common/clock.h"
#include "media/lease/session_runner.h"
#include "media/lease/session_view.h"

namespace benari::media {

// One leased port. Owned by LeaseTable.
struct Lease {
  std::string id;
  std::string owner_name;
  uint16_t port = 0;
  SocketId socket = 0;
  Clock::Time expires;  // changed by LeaseTable::SetExpiry only
  SessionState state = SessionState::kLeased;
  SessionConfig config;  // of the session; unless kLeased
  uint32_t ssrc = 0;     // likewise
  uint64_t session = 0;  // likewise: its number
  Clock::Time leased;
  Clock::WallTime leased_at;
  std::optional<Clock::WallTime> started_at;
};

// All leases, indexed by id, socket and expiry; operations are O(log n). The order never depends on pointers,
// so that simulations are reproducible. Owned by SessionRegistry, under its mutex.
class LeaseTable {
 public:
  Lease* Find(const std::string& id);
  Lease* FindBySocket(SocketId socket);
  Lease* FindDue(Clock::Time now);  // one that has run out
  std::optional<Clock::Time> NextExpiry() const;

  void Add(Lease lease);  // id and socket are new
  void Remove(const Lease* lease);
  void SetExpiry(Lease* lease, Clock::Time expires);

  // Up to `limit` leases whose id comes after `after`, by id; `owner_name` empty: of all owners.
  std::vector<const Lease*> Page(const std::string& owner_name, const std::string& after, size_t limit) const;

  size_t size() const { return by_id_.size(); }
  size_t running() const;

 private:
  absl::btree_map<std::string, std::unique_ptr<Lease>> by_id_;
  absl::flat_hash_map<SocketId, Lease*> by_socket_;
  absl::btree_set<std::pair<Clock::Time, SocketId>> by_expiry_;
};

}  // namespace benari::media
