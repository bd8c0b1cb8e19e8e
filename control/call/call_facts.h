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
#include <utility>
#include <vector>

#include "control/call/call_over.h"
#include "control/loop/timers.h"
#include "control/loop/wake_up.h"
#include "control/nodes/processor.h"
#include "control/twiml/source.h"

namespace benari::control {

// What is known about one channel of a call. Only in_bridge and on_hold are ever reset: a channel that is
// gone stays gone.
struct ChannelFacts {
  bool created = false;     // the request that creates it was answered
  bool started = false;     // entered the Stasis application
  bool up = false;          // was answered
  bool on_hold = false;     // its phone holds the call
  bool in_bridge = false;   // is in the call's bridge now
  int times_joined = 0;     // number of times it has entered that bridge
  bool gone = false;        // left the Stasis application, or was destroyed
  int cause = 0;            // Q.850, of the hang-up; 0: not reported
  std::string dial_status;  // the last one: RINGING, BUSY …
};

// What is known about the bot of the present media.
struct BotFacts {
  int number = 0;                    // counts the sessions with a bot that this call requested; 0: none
  std::optional<Clock::Time> asked;  // time of the request; nullopt: an earlier process sent it
  bool ready = false;                // the bot hears the caller, and is heard
  int times_ready = 0;
  int times_lost = 0;
  std::string url;             // that media dials, without the values of its query; empty: not reported yet
  BotEnd end = BotEnd::kNone;  // other than kNone: the bot has finished
  std::string last_error;      // empty: there was none
  std::string stream_sid;      // of its last connection, as it was reported
};

// How a playback ended.
enum class PlaybackEnd { kNone, kDone, kFailed };

struct KnownFacts {
  std::map<std::string, ChannelFacts> channels;  // by place
  std::map<std::string, std::string>
      substitutes;               // ids of channels that took a place by a transfer, by place
  std::string last_transferred;  // the place that a transfer changed last
  int transfers = 0;
  bool bridge_gone = false;
  bool stop = false;                      // this process ends: release the call
  bool hung_up = false;                   // over the API: release the call
  bool hangs_up_after_bot = false;        // over the API: likewise, once the bot has finished
  std::optional<twiml::Source> redirect;  // over the API: do this in the place of what is being done
  bool away = false;                      // Asterisk is not connected, or was not listed since it is again
  int reconnects = 0;                     // of the event WebSocket; events before each of them may be lost
  std::set<std::string> media_lost;       // ids of media whose leases were lost
  std::string media_missing;  // why the present media receives no audio of the caller; empty: it does
  BotFacts bot;
  std::string playback_id;  // of the last one that was requested
  PlaybackEnd playback_end = PlaybackEnd::kNone;
  std::deque<Digit> digits;  // pressed by the caller and not yet delivered to the bot
};

// Returns the channel in a place, or the place of a channel; nullopt: the channel has left its place. Pure.
std::string ChannelIn(const std::string& place, const KnownFacts& known);
std::optional<std::string> PlaceOf(const std::string& channel_id, const KnownFacts& known);

// How long to wait for the event that a channel has ended once a response says that it does not exist: the
// response may be the first to arrive.
inline constexpr std::chrono::milliseconds kEventMayFollow{500};

// Everything that events and responses have reported about a call's channels and bridge. They are facts, not
// a queue, so the order in which events and responses come does not matter. A channel is known by its place
// in the call: the id of the caller, of the destination that was dialled, or of the media; a transfer by
// phone puts another channel into a place. Each report wakes the call, which waits for a condition over
// facts. Confined to the control loop; one waiter.
class CallFacts {
 public:
  CallFacts(boost::asio::any_io_executor executor, Timers& timers, std::string caller_id);

  // A channel with this id is requested; the id names its place from now on.
  void ChannelExpected(const std::string& place) { Channel(place); }
  void ChannelCreated(const std::string& place) { Channel(place).created = true; }
  void ChannelStarted(const std::string& place) { Channel(place).started = true; }
  void ChannelAnswered(const std::string& place) { Channel(place).up = true; }
  // These take the id of the channel that is in a place now. Reports about one that has left it are ignored.
  void ChannelGone(const std::string& channel_id, int cause);
  void ChannelDials(const std::string& channel_id, const std::string& status);
  void ChannelHeld(const std::string& channel_id, bool on_hold);
  void ChannelEnteredBridge(const std::string& channel_id);
  void ChannelLeftBridge(const std::string& channel_id);
  // A transfer has put `newcomer` into the place of `left`.
  void ChannelTransferred(const std::string& left, const std::string& newcomer);
  // The complete list of the bridge's members.
  void BridgeListed(const std::vector<std::string>& channel_ids);
  // Ignored while no channel has been in the bridge: it is then that of an earlier process.
  void BridgeDestroyed();

  void MediaLost(const std::string& id);
  void MediaRegained(const std::string& id) { Change().media_lost.erase(id); }
  void MediaMissing(const std::string& diagnosis) { Change().media_missing = diagnosis; }
  void MediaFlows() { Change().media_missing.clear(); }

  // A new session with a bot is requested, or was by an earlier process; its state is not known yet.
  void BotAsked(std::optional<Clock::Time> when);
  // A repeated report, or an older one from the start of the session, has no effect.
  void BotReported(const BotInfo& info);
  // A digit of another channel than the caller, or in a call without a bot, is ignored.
  void DigitPressed(const std::string& channel_id, const Digit& digit);
  std::optional<Digit> TakeDigit();
  // The session of the bot was given back, whether the bot had finished or not.
  void BotDropped();

  // A playback is requested. PlaybackFinished is ignored for any other one.
  void PlaybackAsked(const std::string& id);
  void PlaybackFinished(const std::string& id, bool failed);

  // Something that the call waits for has come, and is kept by whoever waits.
  void AnswerArrived() { Change(); }

  void AsteriskDisconnected() { Change().away = true; }
  void AsteriskConnected() { ++Change().reconnects; }
  void AsteriskListed() { Change().away = false; }  // the facts are up to date
  void AsteriskDied();
  void ProcessEnds() { Change().stop = true; }
  void HungUpOverApi() { Change().hung_up = true; }
  // Once the bot has finished, or cannot any more. For a call that has one which is heard.
  void HungUpOverApiAfterBot() { Change().hangs_up_after_bot = true; }
  // Of several the last one counts.
  void RedirectedOverApi(twiml::Source source) { Change().redirect = std::move(source); }
  // To be called when there is one; then the flow goes on with it.
  twiml::Source TakeRedirect();

  const KnownFacts& known() const { return known_; }
  // Returns the facts of a place's channel, which stay valid; of an unknown place those of no channel yet.
  const ChannelFacts& channel(const std::string& place) const;
  std::string ChannelIn(const std::string& place) const { return control::ChannelIn(place, known_); }
  // Changes with every change of the facts.
  uint64_t changes() const { return changes_; }
  bool caller_gone() const { return channel(caller_id_).gone; }
  // By the caller, or over the API.
  bool hung_up() const { return caller_gone() || known_.hung_up; }

  // Returns true if the call has to end, whatever it is doing.
  bool MustEnd() const { return hung_up() || known_.bridge_gone || known_.stop; }
  // Returns true if the flow has to end: the call has to, or is redirected. ThrowIfEnding throws CallOver
  // then.
  bool Ending() const { return MustEnd() || known_.redirect.has_value(); }
  void ThrowIfEnding() const;

  // Waits until `condition` holds and returns true, or until `deadline` and returns false; Time::max(): no
  // deadline. Never throws.
  boost::asio::awaitable<bool> WaitUntil(std::function<bool()> condition, Clock::Time deadline) {
    return wake_up_.WaitUntil(std::move(condition), deadline);
  }
  // Waits until Asterisk is connected and listed, or the call has to end.
  boost::asio::awaitable<void> WaitUntilResynced();
  // After a failure that the end of the call explains, and whose event may follow: waits until the call has
  // to end, kEventMayFollow at most.
  boost::asio::awaitable<void> WaitForLateEnd();

  // See WakeUp.
  void Abandon() { wake_up_.Abandon(); }

 private:
  void BotEnds();
  KnownFacts& Change();  // wakes the waiter, which runs after the caller of Change has returned to the loop
  ChannelFacts& Channel(const std::string& place) { return Change().channels[place]; }
  ChannelFacts* ChannelOf(const std::string& channel_id);  // nullptr: the channel has left its place

  Timers& timers_;
  const std::string caller_id_;
  KnownFacts known_;
  uint64_t changes_ = 0;
  WakeUp wake_up_;
};

}  // namespace benari::control
