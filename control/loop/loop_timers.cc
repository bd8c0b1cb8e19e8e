#include "control/loop/loop_timers.h"

namespace benari::control {

class LoopTimers::Entry : public Timer {
 public:
  Entry(std::weak_ptr<Queue> queue, Key key) : queue_(std::move(queue)), key_(key) {}
  ~Entry() override {
    if (const auto queue = queue_.lock()) queue->erase(key_);
  }

 private:
  const std::weak_ptr<Queue> queue_;
  const Key key_;
};

std::unique_ptr<Timer> LoopTimers::CallAt(Time when, std::function<void()> function) {
  const Key key(when, ++sequence_);
  queue_->emplace(key, std::move(function));
  if (queue_->begin()->first == key) Arm();
  return std::make_unique<Entry>(queue_, key);
}

void LoopTimers::Arm() {
  next_.expires_at(queue_->begin()->first.first);
  next_.async_wait([this](const boost::system::error_code& error) {
    if (!error) RunDue();
  });
}

// A cancelled first entry makes this run for nothing, which does no harm.
void LoopTimers::RunDue() {
  const Key last_due(Now(), sequence_);
  while (!queue_->empty() && queue_->begin()->first <= last_due) {
    const std::function<void()> function = std::move(queue_->begin()->second);
    queue_->erase(queue_->begin());
    function();
  }
  if (!queue_->empty()) Arm();
}

}  // namespace benari::control
