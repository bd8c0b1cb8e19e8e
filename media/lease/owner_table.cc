#include "media/lease/owner_table.h"

#include "absl/strings/str_cat.h"

namespace benari::media {

absl::Status OwnerTable::Admit(const OwnerId& owner, Clock::Time now) {
  auto found = owners_.find(owner.name);
  if (found == owners_.end()) {
    if (owners_.size() >= kMaxOwners && !ForgetOne()) {
      return absl::ResourceExhaustedError(
          absl::StrCat("owner.name ", owner.name, " is new, and ", kMaxOwners, " others hold leases here"));
    }
    found = owners_.emplace(owner.name, Owner(lease_rate_)).first;
  }
  Owner& known = found->second;
  if (owner.epoch < known.epoch) {
    return absl::AbortedError(absl::StrCat("owner.epoch ", owner.epoch, " of ", owner.name,
                                           " was replaced: accepted is ", known.epoch, " or later"));
  }
  known.epoch = owner.epoch;
  known.last_seen = now;
  return absl::OkStatus();
}

uint64_t OwnerTable::LatestEpoch(const std::string& name) const {
  const auto found = owners_.find(name);
  return found == owners_.end() ? 0 : found->second.epoch;
}

std::chrono::milliseconds OwnerTable::SilentFor(const std::string& name, Clock::Time now) const {
  const auto found = owners_.find(name);
  const Clock::Duration silence = found == owners_.end() ? Clock::Duration(0) : now - found->second.last_seen;
  return std::chrono::floor<std::chrono::milliseconds>(silence);
}

std::map<std::string, size_t> OwnerTable::Leases() const {
  std::map<std::string, size_t> leases;
  for (const auto& [name, owner] : owners_) leases.emplace(name, owner.leases);
  return leases;
}

bool OwnerTable::ForgetOne() {
  auto oldest = owners_.end();
  for (auto each = owners_.begin(); each != owners_.end(); ++each) {
    if (each->second.leases > 0) continue;
    if (oldest == owners_.end() || each->second.last_seen < oldest->second.last_seen) oldest = each;
  }
  if (oldest == owners_.end()) return false;
  owners_.erase(oldest);
  return true;
}

}  // namespace benari::media
