#pragma once

#include "tests/fakes/asterisk_types.h"
#include "tests/fakes/random.h"

namespace benari::fakes {

// The delays of the model: drawn from the seed, within the options' limits and order. Pure.
class Pace {
 public:
  explicit Pace(const AsteriskOptions& options) : options_(options), random_(options.seed) {}

  // From one state of a channel or bridge to the next.
  Clock::Duration Step() {
    return options_.order == Order::kEventsFirst ? Clock::Duration::zero() : random_.UpTo(options_.max_step);
  }
  // From a change to its event.
  Clock::Duration Event() {
    switch (options_.order) {
      case Order::kEventsFirst:
        return Clock::Duration::zero();
      case Order::kAnswerFirst:
        return options_.max_answer_delay + std::chrono::milliseconds(1);
      case Order::kDrawn:
        break;
    }
    return random_.UpTo(options_.max_event_delay);
  }
  // From a request's effect to its response.
  Clock::Duration Answer() {
    const Clock::Duration drawn = random_.UpTo(options_.max_answer_delay);
    const Clock::Duration least = std::chrono::milliseconds(1);
    return options_.order == Order::kEventsFirst && drawn < least ? least : drawn;
  }
  bool Choose(std::optional<bool> fixed) { return fixed ? *fixed : random_.Flip(); }

 private:
  const AsteriskOptions& options_;
  Random random_;
};

}  // namespace benari::fakes
