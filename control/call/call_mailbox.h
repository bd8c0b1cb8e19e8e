#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/call/call_over.h"
#include "control/loop/timers.h"
#include "control/loop/wake_up.h"

namespace benari::control {

// What a call was told about one of its channels. Nothing but in_bridge and on_hold is ever taken back: a
// channel that is gone stays gone.
struct ChannelNews {
  bool created = false;     // the request that makes it was answered
  bool started = false;     // entered the Stasis app
  bool up = false;          // was answered
  bool on_hold = false;     // its phone holds the call
  bool in_bridge = false;   // is in the call's bridge now
  int times_joined = 0;     // how often it has entered that bridge
  bool gone = false;        // left the Stasis app, or was destroyed
  int cause = 0;            // Q.850, of the hang-up; 0: not told
  std::string dial_status;  // the last one: RINGING, BUSY …
};

// What a call was told, from outside its coroutine. A channel is known by its place in the call: the id of
// the caller, of the destination that was dialled, of the media. A transfer by phone puts another channel
// into a place.
struct CallNews {
  std::map<std::string, ChannelNews> channels;  // by place
  std::map<std::string, std::string>
      substitutes;               // ids of channels that took a place by a transfer, by place
  std::string last_transferred;  // place
  int transfers = 0;
  bool bridge_gone = false;
  bool stop = false;                 // this process ends: release the call
  bool away = false;                 // Asterisk is not connected, or what happened meanwhile is not yet told
  int reconnects = 0;                // of the event WebSocket: what happened before each may be unheard of
  std::set<std::string> media_lost;  // ids of media whose leases were lost
  std::string media_missing;         // why the present media hears nothing; empty: it flows
};

// The channel in a place, and the place of a channel; nullopt: it has left its place.
std::string ChannelIn(const std::string& place, const CallNews& news);
std::optional<std::string> PlaceOf(const std::string& channel_id, const CallNews& news);

// As a list of the bridge's members says: who is in it, and who is not any more.
void SetMembers(const std::vector<std::string>& channel_ids, CallNews& news);

// The answer that a channel is not there can come before the event that says so: wait this long for the
// event.
inline constexpr std::chrono::milliseconds kNewsMayFollow{500};

// Where news waits until the call looks: between two requests, or inside WaitUntil. It keeps facts, not a
// queue, so the order in which events and answers come does not matter. Confined to the control loop; one
// waiter at a time.
class CallMailbox {
 public:
  CallMailbox(boost::asio::any_io_executor executor, Timers& timers, std::string caller_id)
      : caller_id_(std::move(caller_id)), wake_up_(std::move(executor), timers) {}

  // Changes what is known and wakes the waiter.
  void Tell(const std::function<void(CallNews&)>& change);
  // The same of the place that a channel is in; nothing if it has left that.
  void TellOf(const std::string& channel_id, const std::function<void(ChannelNews&)>& change);
  // By a transfer `newcomer` is in the place of `left` from now on.
  void Substitute(const std::string& left, const std::string& newcomer);
  std::string ChannelIn(const std::string& place) const { return control::ChannelIn(place, news_); }

  const CallNews& news() const { return news_; }
  const ChannelNews& channel(const std::string& place) { return news_.channels[place]; }
  // How often Tell was called: what is known has not changed while this has not.
  uint64_t changes() const { return changes_; }
  bool caller_gone() { return channel(caller_id_).gone; }

  // True when the call has to end whatever it is doing. StillUp then throws CallOver.
  bool Ending();
  void StillUp();

  // Waits until `condition` holds (true) or `deadline` passes (false). Never throws. Time::max(): no
  // deadline.
  boost::asio::awaitable<bool> WaitUntil(std::function<bool()> condition, Clock::Time deadline) {
    return wake_up_.WaitUntil(std::move(condition), deadline);
  }

  // Waits until Asterisk is connected and the news are up to date, or the call has to end.
  boost::asio::awaitable<void> UntilBack();

  // See WakeUp.
  void Abandon() { wake_up_.Abandon(); }

 private:
  std::string caller_id_;
  CallNews news_;
  uint64_t changes_ = 0;
  WakeUp wake_up_;
};

}  // namespace benari::control
