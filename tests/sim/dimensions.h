#pragma once

#include <optional>
#include <set>
#include <string>

namespace benari::sim {

// What may be drawn beside the ground that every seed has. Each dimension draws from numbers of its own, so
// that turning one on or off changes nothing else of a seed.
enum class Dimension {
  kLatePhones,   // callers and disasters for 70 s, across two sweeps
  kLists,        // the lists of what Asterisk holds fail, or take seconds
  kReentry,      // callers leave the app and enter it again within 2 ms
  kTransfers,    // phones transfer the call: somebody else takes the caller's place
  kMoves,        // callers are moved to bridges and applications of others
  kMachines,     // a machine with a control and a media node is cut off and comes back
  kStandbys,     // each of two machines has a control, one of which stands by
  kFailFast,     // every request to Asterisk fails at once for a while; the events go on
  kSlowRenewal,  // leases are renewed each 5 s, and single renewals are lost
  kWatches,      // nodes end each watch of their sessions at once
  // Nothing is drawn for these: they are demanded.
  kAudio,   // nobody is hung up while its audio flows
  kLimits,  // no more callers are served than --max_calls
  // Drawn; last, as the numbers of the others are part of their seeds.
  kBots,      // bots in the echo's place
  kWebhooks,  // a webhook says what callers are put through
  kOrders,    // the API hangs up, transfers, redirects, sends digits
  kAttended,  // the bot stays in a transfer until somebody answers
  kDialOuts,  // the API asks for calls
  kOwners,    // another Asterisk, with a control of its own, on the same media nodes
};
inline constexpr int kDimensions = 18;
using Dimensions = std::set<Dimension>;

std::string ToString(Dimension dimension);
// Those that are drawn where no flag says otherwise.
const Dimensions& UsualDimensions();
// "usual", "all", "none", or names with commas between them. nullopt: something else.
std::optional<Dimensions> ParseDimensions(const std::string& text);

}  // namespace benari::sim
