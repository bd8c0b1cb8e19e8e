#include "media/lease/lease_table.h"

#include <algorithm>

namespace benari::media {

Lease* LeaseTable::Find(const std::string& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second.get();
}

Lease* LeaseTable::FindBySocket(SocketId socket) {
  const auto found = by_socket_.find(socket);
  return found == by_socket_.end() ? nullptr : found->second;
}

Lease* LeaseTable::FindDue(Clock::Time now) {
  if (by_expiry_.empty() || by_expiry_.begin()->first > now) return nullptr;
  return by_socket_.at(by_expiry_.begin()->second);
}

std::optional<Clock::Time> LeaseTable::NextExpiry() const {
  if (by_expiry_.empty()) return std::nullopt;
  return by_expiry_.begin()->first;
}

void LeaseTable::Add(Lease lease) {
  auto owned = std::make_unique<Lease>(std::move(lease));
  by_socket_[owned->socket] = owned.get();
  by_expiry_.emplace(owned->expires, owned->socket);
  const std::string id = owned->id;
  by_id_[id] = std::move(owned);
}

void LeaseTable::Remove(const Lease* lease) {
  by_expiry_.erase({lease->expires, lease->socket});
  by_socket_.erase(lease->socket);
  const std::string id = lease->id;  // the map must not be handed a key that it destroys
  by_id_.erase(id);
}

void LeaseTable::SetExpiry(Lease* lease, Clock::Time expires) {
  by_expiry_.erase({lease->expires, lease->socket});
  lease->expires = expires;
  by_expiry_.emplace(expires, lease->socket);
}

std::vector<const Lease*> LeaseTable::Page(const std::string& owner_name, const std::string& after,
                                           size_t limit) const {
  std::vector<const Lease*> page;
  for (auto each = by_id_.upper_bound(after); each != by_id_.end() && page.size() < limit; ++each) {
    if (owner_name.empty() || each->second->owner_name == owner_name) page.push_back(each->second.get());
  }
  return page;
}

size_t LeaseTable::running() const {
  return static_cast<size_t>(std::count_if(by_id_.begin(), by_id_.end(), [](const auto& each) {
    return each.second->state == SessionState::kRunning;
  }));
}

}  // namespace benari::media
