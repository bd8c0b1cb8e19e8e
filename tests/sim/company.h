#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/fakes/asterisk_model.h"
#include "tests/fakes/fake_media.h"

namespace benari::sim {

inline constexpr const char* kOwner = "benari";

// What a caller has at one moment.
struct Company {
  bool bridged = false;  // in any bridge
  bool alone = true;     // nothing else is in its bridge, and nobody is dialled whose phone may ring
  bool talks = false;    // to its destination
  bool echoes = false;   // an ExternalMedia channel is in its bridge
  bool served = false;   // and a session runs for it
  bool apart = false;    // its destination is there, and not in the same bridge
  bool abroad = false;   // it is in a bridge of somebody else
  bool dialled = false;  // its destination is there, or asked for
  bool rings = false;    // it hears ringing, music, or what Asterisk plays
  bool bot_is_finished = false;
  std::string leased;  // some lease of its
};

// What a channel is to a call: whoever came by a transfer is what the channel was whose place it took.
struct Role {
  std::string call_id;
  bool is_caller = false;
};
Role RoleOf(const fakes::AsteriskModel& asterisk, const std::string& channel_id);

// The id of the call that a channel, bridge or lease belongs to; a caller's is its own.
std::string CallOf(const std::string& id);

// The id of a call's bridge.
std::string BridgeOf(const std::string& call_id);

// The channels of a call's destinations, by number: in the order in which they were dialled. More than one
// where a document said so, or a control died after it had dialled.
std::map<int, std::string> DialledFor(const fakes::AsteriskModel& asterisk, const std::string& call_id,
                                      const std::string& owner = kOwner);

// Of every caller in Stasis that is not about to go, by its channel's id. What cannot answer holds nothing.
std::map<std::string, Company> Companies(const fakes::AsteriskModel& asterisk, fakes::FakeMedia& media,
                                         const std::vector<std::string>& nodes);

}  // namespace benari::sim
