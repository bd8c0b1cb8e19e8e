#pragma once

#include <optional>
#include <string>

#include "common/clock.h"

// The ids of all resources that a call creates: "{owner}.{call}.{kind}", where {call} is the channel id of
// the caller. In it each byte other than A-Z a-z 0-9 . _ : @ + - is written as "~" and two hexadecimal
// digits, since asterisk.conf's systemname, which is part of every channel id, may contain any byte, a lease
// id may not. An id is known before its resource is created, so the undo can be registered first; and a
// process that starts derives from an id alone which call it belongs to. Pure.
namespace benari::control {

enum class ResourceKind { kMedia, kBridge, kDestination, kPlayback };

struct ResourceId {
  std::string call_id;
  ResourceKind kind = ResourceKind::kBridge;
  // Of kMedia: 1 for the first, 2 for the one that replaced it … Of kDestination: 1, or what Destination got.
  // Of kPlayback: see Playback.
  int number = 0;
};

class Ids {
 public:
  // `owner` holds no '.' (see IsValidOwner), which keeps the prefixes of two owners apart.
  explicit Ids(std::string owner) : owner_(std::move(owner)) {}

  std::string Media(const std::string& call_id,
                    int number) const;  // of the lease and its ExternalMedia channel
  std::string Bridge(const std::string& call_id) const;
  // The number is 1 in a new call, and an unused one in a call that is adopted: an event of a channel that an
  // earlier process dialled must not be taken for one of this channel.
  std::string Destination(const std::string& call_id, int number) const;

  // The id of a call that control makes to `called`, and of the channel in its caller's place; Parse does not
  // take it for a resource of a call. No two calls have the same `token`, which holds no '-'.
  std::string Outbound(const std::string& called, const std::string& token) const;
  // Whom the call with this id is made to; nullopt: it is none that this owner makes.
  std::optional<std::string> OutboundTo(const std::string& call_id) const;

  // Of what Asterisk plays to the caller: by turns 1 and 2.
  std::string Playback(const std::string& call_id, int number) const;

  // Returns nullopt for an id that is not one of this owner. The far half of a Local channel ("…;2") counts
  // as its near half.
  std::optional<ResourceId> Parse(const std::string& id) const;

  const std::string& owner() const { return owner_; }

 private:
  std::string owner_;
};

// 1..32 of A-Z a-z 0-9 _ -
bool IsValidOwner(const std::string& owner);

// Returns a number for new resources of a call of which another process may have created some: that process
// has used none as high, so its last events and late requests name others. Grows with time, within 11 days.
int UnusedNumber(Clock::WallTime now);

}  // namespace benari::control
