#include "tests/fakes/process.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace benari::fakes {

class Process::Handle : public control::Timer {
 public:
  Handle(std::weak_ptr<Entries> entries, uint64_t id) : entries_(std::move(entries)), id_(id) {}
  ~Handle() override {
    const auto entries = entries_.lock();
    if (!entries) return;
    const auto found = entries->find(id_);
    if (found == entries->end()) return;
    // The function may own what destroys further timers: take it out of the map before it goes.
    const Entry entry = std::move(found->second);
    entries->erase(found);
  }

 private:
  const std::weak_ptr<Entries> entries_;
  const uint64_t id_;
};

Process::~Process() { const std::shared_ptr<Entries> entries = std::exchange(entries_, nullptr); }

std::unique_ptr<control::Timer> Process::CallAt(Time when, std::function<void()> function) {
  const uint64_t id = ++last_id_;
  Entry& entry = (*entries_)[id];
  entry.function = std::move(function);
  if (state_ != State::kDead) entry.timer = world_.CallAt(when, [this, id] { Fire(id); });
  return std::make_unique<Handle>(entries_, id);
}

void Process::Fire(uint64_t id) {
  if (state_ == State::kStopped) {
    waiting_.push_back([this, id] { Fire(id); });
    return;
  }
  const auto found = entries_->find(id);
  if (found == entries_->end()) return;
  const Entry entry = std::move(found->second);
  entries_->erase(found);
  entry.function();
}

void Process::Post(std::function<void()> arrival) {
  if (state_ == State::kRunning) boost::asio::post(loop_, std::move(arrival));
  if (state_ == State::kStopped) waiting_.push_back(std::move(arrival));
}

void Process::Stop() {
  if (state_ == State::kRunning) state_ = State::kStopped;
}

void Process::Continue() {
  if (state_ != State::kStopped) return;
  state_ = State::kRunning;
  for (auto& each : std::exchange(waiting_, {})) boost::asio::post(loop_, std::move(each));
}

void Process::Kill() {
  state_ = State::kDead;
  waiting_.clear();
  for (auto& [id, entry] : *entries_) entry.timer.reset();
}

}  // namespace benari::fakes
