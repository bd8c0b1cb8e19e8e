#pragma once

#include <functional>
#include <memory>

#include "common/clock.h"

namespace benari::control {

// Destroying a Timer cancels it; its function is then not called any more.
class Timer {
 public:
  virtual ~Timer() = default;
};

// A clock that can also call back. The loop's timers in production, virtual time in the simulation.
// Confined to the control loop; functions are called from the loop, never from within CallAt.
class Timers : public Clock {
 public:
  [[nodiscard]] virtual std::unique_ptr<Timer> CallAt(Time when, std::function<void()> function) = 0;
};

}  // namespace benari::control
