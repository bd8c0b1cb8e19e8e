#include "tests/fakes/virtual_timers.h"

#include <algorithm>

namespace benari::fakes {
namespace {

// 2026-01-31T12:00:00Z
constexpr std::chrono::seconds kWallStart(1769860800);

void PollUntilIdle(boost::asio::io_context& loop) {
  do {
    loop.restart();
  } while (loop.poll() > 0);
}

}  // namespace

class VirtualTimers::Entry : public control::Timer {
 public:
  Entry(std::weak_ptr<Queue> queue, Key key) : queue_(std::move(queue)), key_(key) {}
  ~Entry() override {
    const auto queue = queue_.lock();
    if (!queue) return;
    const auto found = queue->find(key_);
    if (found == queue->end()) return;
    // The function may own what destroys further timers: take it out of the queue before it goes.
    const std::function<void()> function = std::move(found->second);
    queue->erase(found);
  }

 private:
  const std::weak_ptr<Queue> queue_;
  const Key key_;
};

VirtualTimers::VirtualTimers() : start_(std::chrono::hours(1)), now_(start_) {}

Clock::WallTime VirtualTimers::WallNow() const {
  return WallTime(kWallStart) + std::chrono::duration_cast<WallTime::duration>(now_ - start_);
}

std::unique_ptr<control::Timer> VirtualTimers::CallAt(Time when, std::function<void()> function) {
  const Key key(std::max(when, now_), ++sequence_);
  queue_->emplace(key, std::move(function));
  return std::make_unique<Entry>(queue_, key);
}

void VirtualTimers::RunAt(Time when, std::function<void()> function) {
  queue_->emplace(Key(std::max(when, now_), ++sequence_), std::move(function));
}

bool VirtualTimers::RunNext() {
  if (queue_->empty()) return false;
  const auto first = queue_->begin();
  now_ = first->first.first;
  const std::function<void()> function = std::move(first->second);
  queue_->erase(first);
  function();
  return true;
}

std::optional<Clock::Time> VirtualTimers::Next() const {
  if (queue_->empty()) return std::nullopt;
  return queue_->begin()->first.first;
}

void VirtualTimers::AdvanceTo(Time when) { now_ = std::max(now_, when); }

bool Settle(boost::asio::io_context& loop, VirtualTimers& timers, const std::function<bool()>& done,
            Clock::Duration limit) {
  const Clock::Time end = timers.Now() + limit;
  while (true) {
    PollUntilIdle(loop);
    if (done()) return true;
    const std::optional<Clock::Time> next = timers.Next();
    if (!next) return false;
    if (*next > end) {
      timers.AdvanceTo(end);
      return false;
    }
    timers.RunNext();
  }
}

void SettleFor(boost::asio::io_context& loop, VirtualTimers& timers, Clock::Duration duration) {
  const Clock::Time end = timers.Now() + duration;
  Settle(
      loop, timers, [] { return false; }, duration);
  timers.AdvanceTo(end);
}

}  // namespace benari::fakes
