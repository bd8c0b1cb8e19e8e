#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/call/call_over.h"
#include "control/loop/timers.h"
#include "control/loop/wake_up.h"
#include "control/nodes/processor.h"

namespace benari::control {

// What is known of one of a call's channels. Nothing but in_bridge and on_hold is ever taken back: a channel
// that is gone stays gone.
struct ChannelFacts {
  bool created = false;     // the request that makes it was answered
  bool started = false;     // entered the Stasis app
  bool up = false;          // was answered
  bool on_hold = false;     // its phone holds the call
  bool in_bridge = false;   // is in the call's bridge now
  int times_joined = 0;     // how often it has entered that bridge
  bool gone = false;        // left the Stasis app, or was destroyed
  int cause = 0;            // Q.850, of the hang-up; 0: not reported
  std::string dial_status;  // the last one: RINGING, BUSY …
};

// What is known of the bot of the present media.
struct BotFacts {
  int number = 0;                    // of the session that was asked for, within the call; 0: none
  std::optional<Clock::Time> asked;  // when; nullopt: by an earlier process
  bool ready = false;                // hears the caller, and is heard
  int times_ready = 0;
  int times_lost = 0;
  BotEnd end = BotEnd::kNone;  // other than kNone: it is finished
  std::string last_error;      // empty: there was none
};

struct KnownFacts {
  std::map<std::string, ChannelFacts> channels;  // by place
  std::map<std::string, std::string>
      substitutes;               // ids of channels that took a place by a transfer, by place
  std::string last_transferred;  // place
  int transfers = 0;
  bool bridge_gone = false;
  bool stop = false;                 // this process ends: release the call
  bool away = false;                 // Asterisk is not connected, or what happened meanwhile is not yet known
  int reconnects = 0;                // of the event WebSocket: what happened before each may be unheard of
  std::set<std::string> media_lost;  // ids of media whose leases were lost
  std::string media_missing;         // why nothing of the caller arrives at the present media; empty: it does
  BotFacts bot;
  std::deque<Digit> digits;  // that the caller pressed, and the bot was not given yet
};

// The channel in a place, and the place of a channel; nullopt: it has left its place. Pure.
std::string ChannelIn(const std::string& place, const KnownFacts& known);
std::optional<std::string> PlaceOf(const std::string& channel_id, const KnownFacts& known);

// The answer that a channel is not there can come before the event that says so: wait this long for the
// event.
inline constexpr std::chrono::milliseconds kEventMayFollow{500};

// Everything that events and responses have reported about a call's channels and bridge. They are facts, not
// a queue, so the order in which events and responses come does not matter. A channel is known by its place
// in the call: the id of the caller, of the destination that was dialled, of the media; a transfer by phone
// puts another channel into a place. Each report wakes the call, which waits for a condition over facts.
// Confined to the control loop; one waiter.
class CallFacts {
 public:
  CallFacts(boost::asio::any_io_executor executor, Timers& timers, std::string caller_id);

  // A channel is asked for under this id, which is its place from now on.
  void ChannelExpected(const std::string& place) { Channel(place); }
  void ChannelCreated(const std::string& place) { Channel(place).created = true; }
  void ChannelStarted(const std::string& place) { Channel(place).started = true; }
  void ChannelAnswered(const std::string& place) { Channel(place).up = true; }
  // These name the channel that may be in a place by now; of one that has left its place nothing is kept.
  void ChannelGone(const std::string& channel_id, int cause);
  void ChannelDials(const std::string& channel_id, const std::string& status);
  void ChannelHeld(const std::string& channel_id, bool on_hold);
  void ChannelEnteredBridge(const std::string& channel_id);
  void ChannelLeftBridge(const std::string& channel_id);
  // `newcomer` is in the place of `left` from now on, by a transfer.
  void ChannelTransferred(const std::string& left, const std::string& newcomer);
  // A list of the bridge's members: who is in it, and who is not any more.
  void BridgeListed(const std::vector<std::string>& channel_ids);
  // One that nobody was in yet is an earlier process's, of a call that was adopted while it was released.
  void BridgeDestroyed();

  void MediaLost(const std::string& id) { Change().media_lost.insert(id); }
  void MediaRegained(const std::string& id) { Change().media_lost.erase(id); }
  void MediaMissing(const std::string& diagnosis) { Change().media_missing = diagnosis; }
  void MediaFlows() { Change().media_missing.clear(); }

  // Another session for a bot is asked for, or an earlier process did; nothing is known of it yet.
  void BotAsked(std::optional<Clock::Time> when);
  // The same report again, or an older one of the session's beginning, changes nothing.
  void BotReported(const BotInfo& info);
  // Of the caller, and for a bot: else nothing is kept.
  void DigitPressed(const std::string& channel_id, const Digit& digit);
  std::optional<Digit> TakeDigit();

  void AsteriskDisconnected() { Change().away = true; }
  void AsteriskConnected() { ++Change().reconnects; }
  void AsteriskListed() { Change().away = false; }  // what happened meanwhile is known
  void AsteriskDied();
  void ProcessEnds() { Change().stop = true; }

  const KnownFacts& known() const { return known_; }
  // Of a place that is not known: as of a channel that is not there yet. That of one that is known stays.
  const ChannelFacts& channel(const std::string& place) const;
  std::string ChannelIn(const std::string& place) const { return control::ChannelIn(place, known_); }
  // What is known has not changed while this has not.
  uint64_t changes() const { return changes_; }
  bool caller_gone() const { return channel(caller_id_).gone; }

  // True when the call has to end whatever it is doing. ThrowIfEnding then throws CallOver.
  bool Ending() const { return caller_gone() || known_.bridge_gone || known_.stop; }
  void ThrowIfEnding() const;

  // Waits until `condition` holds (true) or `deadline` passes (false). Never throws. Time::max(): no
  // deadline.
  boost::asio::awaitable<bool> WaitUntil(std::function<bool()> condition, Clock::Time deadline) {
    return wake_up_.WaitUntil(std::move(condition), deadline);
  }
  // Waits until Asterisk is connected and listed, or the call has to end.
  boost::asio::awaitable<void> WaitUntilResynced();

  // See WakeUp.
  void Abandon() { wake_up_.Abandon(); }

 private:
  KnownFacts& Change();  // wakes the waiter, which looks once the caller of this is through
  ChannelFacts& Channel(const std::string& place) { return Change().channels[place]; }
  ChannelFacts* ChannelOf(const std::string& channel_id);  // nullptr: it has left its place

  const std::string caller_id_;
  KnownFacts known_;
  uint64_t changes_ = 0;
  WakeUp wake_up_;
};

}  // namespace benari::control
