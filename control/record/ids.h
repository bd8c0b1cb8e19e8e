#pragma once

#include <optional>
#include <string>

#include "common/clock.h"

// The names of everything that a call makes: "{owner}.{call}.{kind}", where the call is named by its caller's
// channel id. In that, each byte other than A-Z a-z 0-9 . _ : @ + - is written as "~" and two hexadecimal
// digits: asterisk.conf's systemname, which is part of every channel id, may hold anything, a lease id may
// not. Ids exist before what they name, so the undo can be registered first; and a process that starts can
// tell from an id alone which call it belongs to. Pure.
namespace benari::control {

enum class ResourceKind { kMedia, kBridge, kDestination };

struct ResourceId {
  std::string call_id;
  ResourceKind kind = ResourceKind::kBridge;
  // Of kMedia: 1 for the first, 2 for the one that replaced it … Of kDestination: 1, or what Destination got.
  int number = 0;
};

class Ids {
 public:
  // `owner` holds no '.' (see IsValidOwner), which keeps the prefixes of two owners apart.
  explicit Ids(std::string owner) : owner_(std::move(owner)) {}

  std::string Media(const std::string& call_id,
                    int number) const;  // of the lease and its ExternalMedia channel
  std::string Bridge(const std::string& call_id) const;
  // 1 of a new call; another one, that is used once, of a call that is adopted: what is heard of a channel
  // that an earlier process dialled must not be taken for news of this one.
  std::string Destination(const std::string& call_id, int number) const;

  // Nothing unless `id` is one that this owner makes. The far half of a Local channel ("…;2") counts as its
  // near half.
  std::optional<ResourceId> Parse(const std::string& id) const;

  const std::string& owner() const { return owner_; }

 private:
  std::string owner_;
};

// 1..32 of A-Z a-z 0-9 _ -
bool IsValidOwner(const std::string& owner);

// A number for resources of a call that another process may have made some of: it will have used none as
// high, and its last events and late requests name others. Grows with time, within 11 days.
int UnusedNumber(Clock::WallTime now);

}  // namespace benari::control
