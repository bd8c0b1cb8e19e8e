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

// The state of Asterisk and media at one moment, and what is derived from it: the only state that survives
// the end of a process.
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
// cannot be parsed) those of the application and of the calls are requested one by one. One that cannot be
// shown either has its id only, and is in `unshown`.
boost::asio::awaitable<void> TakeSnapshot(ari::Client& ari, std::string app, Snapshot& snapshot);

// Logs a warning if Asterisk's clock is more than two seconds ahead of this machine's, or behind it.
void WarnIfClocksDiffer(std::chrono::milliseconds asterisk_ahead);

// Applies transfers that events reported while the lists were taken one after the other: some of them may
// show the party that left, others the one that took its place. Pure.
void AddTransfers(const std::vector<ari::Event>& events, Snapshot& snapshot);
// Adds the channels that exist as far as a call knows. Pure.
void ExpectChannels(const KnownFacts& known, Snapshot& snapshot);
// Reports a snapshot to a call's facts. A channel that was expected and is not listed is gone. Pure.
void TellSnapshot(const Snapshot& snapshot, const Ids& ids, Call& call);

struct NodeLease {
  std::string node;
  SessionInfo session;
};

struct Adoptable {
  std::string call_id;
  AdoptedState found;
};

// Returns the callers in the application without a call (see `has_call`), with their resources. Pure.
std::vector<Adoptable> FindAdoptable(const Snapshot& snapshot, const Ids& ids,
                                     const std::map<std::string, NodeLease>& leases, Clock::WallTime now,
                                     const std::function<bool(const std::string& call_id)>& has_call);

// ISO 8601 as Asterisk writes it, "2026-01-31T12:00:00.123+0000". nullopt: it is something else.
std::optional<Clock::WallTime> ParseCreationTime(const std::string& text);

}  // namespace benari::control
