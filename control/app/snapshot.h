#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "control/ari/client.h"
#include "control/ari/events.h"
#include "control/call/call.h"
#include "control/nodes/media_client.h"
#include "control/record/ids.h"

// What Asterisk and media hold at one moment, and what can be told from it: the only memory that outlives a
// process.
namespace benari::control {

struct Snapshot {
  Clock::Time begun{};                           // when it was asked for
  std::map<std::string, ari::Channel> channels;  // all of Asterisk's, by id
  std::map<std::string, ari::Bridge> bridges;    // all of Asterisk's, by id
  std::set<std::string> app_channels;            // ids of those in our Stasis app
  std::set<std::string> expected;                // ids of channels that calls knew of before it was taken
  std::set<std::string> unshown;  // ids of channels and bridges of which nothing but that is known
  std::string
      unlisted;  // why Asterisk could not list all; then only what is ours was asked for. Empty: it did

  bool InApp(const std::string& channel_id) const { return app_channels.contains(channel_id); }
};

// Throws ari::Error. An application that Asterisk does not know is empty. Where Asterisk cannot list all
// channels or bridges (status 500, as for a foreign channel with a byte that is not UTF-8, or a list that
// cannot be read) those of the application and of the calls are asked for one by one. One that cannot be
// shown either has nothing but its id, and is in `unshown`.
boost::asio::awaitable<void> TakeSnapshot(ari::Client& ari, std::string app, Snapshot& snapshot);

// Logs a warning if Asterisk's clock is more than two seconds ahead of this machine's, or behind it.
void WarnIfClocksDiffer(std::chrono::milliseconds asterisk_ahead);

// Adds what events told of transfers while the lists were taken, one after the other: in some of them may be
// the party that left, in others the one that took its place. Pure.
void AddTransfers(const std::vector<ari::Event>& events, Snapshot& snapshot);
// Adds the channels that a call knows to be there. Pure.
void ExpectChannels(const KnownFacts& known, Snapshot& snapshot);
// What a call is told from a snapshot. A channel that was expected and is not listed is gone. Pure.
void TellSnapshot(const Snapshot& snapshot, const Ids& ids, Call& call);

struct NodeLease {
  std::string node;
  SessionInfo session;
};

struct Adoptable {
  std::string call_id;
  AdoptedState found;
};

// Callers in the app for which `has_call` says no, with what was made for them. Pure.
std::vector<Adoptable> FindAdoptable(const Snapshot& snapshot, const Ids& ids,
                                     const std::map<std::string, NodeLease>& leases, Clock::WallTime now,
                                     const std::function<bool(const std::string& call_id)>& has_call);

// ISO 8601 as Asterisk writes it, "2026-01-31T12:00:00.123+0000". nullopt: it is something else.
std::optional<Clock::WallTime> ParseCreationTime(const std::string& text);

}  // namespace benari::control
