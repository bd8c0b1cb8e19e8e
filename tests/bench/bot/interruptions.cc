#include "tests/bench/bot/interruptions.h"

#include <algorithm>
#include <utility>

namespace benari::bench {

uint64_t Interruptions::Begin() {
  const std::lock_guard<std::mutex> lock(mutex_);
  speeches_[++last_];
  return last_;
}

void Interruptions::OnCleared(uint64_t speech, Time now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (const auto found = speeches_.find(speech); found != speeches_.end()) found->second.cleared = now;
}

void Interruptions::OnHeard(const Probe& probe, Time now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = speeches_.find(probe.sequence);
  if (found != speeches_.end()) found->second.heard_last = std::max(found->second.heard_last, now);
}

Histogram Interruptions::TakeAfterClear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  Histogram after;
  for (const auto& [number, speech] : std::exchange(speeches_, {})) {
    if (speech.cleared == Time::max() || speech.heard_last == Time()) continue;
    after.Record(std::max(speech.heard_last - speech.cleared, std::chrono::nanoseconds(0)));
  }
  return after;
}

}  // namespace benari::bench
