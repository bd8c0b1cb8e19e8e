#include "tests/fakes/event_feed.h"

#include <algorithm>
#include <utility>

namespace benari::fakes {

SubscriberId EventFeed::Subscribe(const std::string& app, EventHandler on_event,
                                  std::function<void()> on_closed) {
  const SubscriberId subscriber = ++last_subscriber_;
  subscribers_[subscriber] = Subscriber{app, std::move(on_event), std::move(on_closed)};
  const SubscriberId previous = std::exchange(apps_[app], subscriber);
  if (previous != 0) Replace(previous, app);
  return subscriber;
}

void EventFeed::Replace(SubscriberId previous, const std::string& app) {
  Notice notice;
  notice.event = control::ari::ApplicationReplaced{};
  notice.app = app;
  notice.at = timers_.WallNow();
  if (watcher_) watcher_(notice);
  const EventHandler on_event = subscribers_[previous].on_event;
  on_event(notice);
  if (pace_.Choose(options_.replaced_is_closed)) Close(previous);
}

void EventFeed::Unsubscribe(SubscriberId subscriber) {
  const auto found = subscribers_.find(subscriber);
  if (found == subscribers_.end()) return;
  SubscriberId& served_by = apps_[found->second.app];
  if (served_by == subscriber) served_by = 0;
  subscribers_.erase(found);
}

void EventFeed::Close(SubscriberId subscriber) {
  const auto found = subscribers_.find(subscriber);
  if (found == subscribers_.end()) return;
  const std::function<void()> on_closed = found->second.on_closed;
  Unsubscribe(subscriber);
  if (on_closed) on_closed();
}

void EventFeed::DropAll() {
  while (!subscribers_.empty()) Close(subscribers_.begin()->first);
}

void EventFeed::Reset() {
  DropAll();
  apps_.clear();
  last_due_.clear();
  on_their_way_.clear();
}

bool EventFeed::Serves(const std::string& app) const {
  const auto found = apps_.find(app);
  return found != apps_.end() && found->second != 0;
}

bool EventFeed::Gets(SubscriberId subscriber) const {
  const auto found = subscribers_.find(subscriber);
  return found != subscribers_.end() && apps_.at(found->second.app) == subscriber;
}

void EventFeed::Publish(const std::string& key, Notice notice) {
  notice.at = timers_.WallNow();
  if (watcher_) watcher_(notice);
  Clock::Time& due = last_due_[key];
  due = std::max(due, timers_.Now() + pace_.Event());
  const uint64_t id = ++last_event_;
  on_their_way_[id] = timers_.CallAt(due, [this, id, key, notice = std::move(notice)] {
    on_their_way_.erase(id);
    Deliver(key, notice);
  });
}

void EventFeed::Deliver(const std::string& key, const Notice& notice) {
  const auto last = last_due_.find(key);
  if (last != last_due_.end() && last->second <= timers_.Now()) last_due_.erase(last);
  const auto found = apps_.find(notice.app);
  if (found == apps_.end() || found->second == 0) {
    ++lost_events_;
    return;
  }
  const EventHandler on_event = subscribers_[found->second].on_event;
  on_event(notice);
}

}  // namespace benari::fakes
