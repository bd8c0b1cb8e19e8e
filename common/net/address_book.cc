#include "common/net/address_book.h"

#include <algorithm>
#include <utility>

#include "common/log.h"

namespace benari::net {

void AddressBook::SetFound(const std::vector<Address>& found) {
  std::vector<Entry> entries;
  for (const Address& address : found) {
    const auto known = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& entry) { return entry.address == address; });
    entries.push_back({address, known == entries_.end() ? Last::kUntried : known->last});
  }
  entries_ = std::move(entries);
  not_found_ = false;
}

std::vector<AddressBook::Address> AddressBook::InOrder() const {
  std::vector<Entry> sorted = entries_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Entry& a, const Entry& b) { return a.last < b.last; });
  std::vector<Address> addresses;
  for (const Entry& entry : sorted) addresses.push_back(entry.address);
  return addresses;
}

void AddressBook::SetNotFound(const std::string& name, const std::string& why) {
  not_found_ = true;
  if (!gate_.Opens(why, std::chrono::steady_clock::now())) return;
  log::Warning("host name not resolved; using its last known addresses", {{"name", name}, {"why", why}});
}

void AddressBook::SetLast(const Address& address, Last last) {
  for (Entry& entry : entries_) {
    if (entry.address == address) entry.last = last;
  }
}

}  // namespace benari::net
