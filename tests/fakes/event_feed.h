#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "control/loop/timers.h"
#include "tests/fakes/asterisk_types.h"
#include "tests/fakes/pace.h"

namespace benari::fakes {

using SubscriberId = uint64_t;

// The event WebSockets of a modelled Asterisk. Events of one key (a channel, a bridge) stay in order; across
// keys the order is random. Events that are due without a subscriber are lost. An app stays known after its
// subscriber has disconnected. Confined to the control loop.
class EventFeed {
 public:
  using EventHandler = std::function<void(const Notice&)>;

  EventFeed(control::Timers& timers, Pace& pace, const AsteriskOptions& options)
      : timers_(timers), pace_(pace), options_(options) {}

  // The previous subscriber gets ApplicationReplaced and no further event. `on_closed` is called when
  // Asterisk closes the connection (not by Unsubscribe).
  SubscriberId Subscribe(const std::string& app, EventHandler on_event, std::function<void()> on_closed);
  void Unsubscribe(SubscriberId subscriber);
  // Closes every connection from Asterisk's side.
  void DropAll();
  // Forgets every app and every event on its way, after DropAll.
  void Reset();

  bool Knows(const std::string& app) const { return apps_.count(app) > 0; }
  bool Serves(const std::string& app) const;
  // Returns true if it is connected and was not replaced.
  bool Gets(SubscriberId subscriber) const;
  size_t lost_events() const { return lost_events_; }

  // Passes every event that is published to `watcher`, at once and even if it is lost later.
  void Watch(EventHandler watcher) { watcher_ = std::move(watcher); }

  void Publish(const std::string& key, Notice notice);

 private:
  struct Subscriber {
    std::string app;
    EventHandler on_event;
    std::function<void()> on_closed;
  };

  void Replace(SubscriberId previous, const std::string& app);
  void Close(SubscriberId subscriber);
  void Deliver(const std::string& key, const Notice& notice);

  control::Timers& timers_;
  Pace& pace_;
  const AsteriskOptions& options_;
  EventHandler watcher_;
  std::map<std::string, SubscriberId> apps_;  // to the one that gets the events; 0: nobody
  std::map<SubscriberId, Subscriber> subscribers_;
  SubscriberId last_subscriber_ = 0;
  std::map<std::string, Clock::Time> last_due_;  // by key, of what is on its way
  std::map<uint64_t, std::unique_ptr<control::Timer>> on_their_way_;
  uint64_t last_event_ = 0;
  size_t lost_events_ = 0;
};

}  // namespace benari::fakes
