#pragma once

#include <chrono>

namespace benari {

// The clock of code whose time tests and the simulation control. Thread-safe.
class Clock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;
  using WallTime = std::chrono::system_clock::time_point;

  virtual ~Clock() = default;
  virtual Time Now() const = 0;          // for deadlines and ages
  virtual WallTime WallNow() const = 0;  // for display, and to compare with Asterisk's creationtime
};

class RealClock : public Clock {
 public:
  Time Now() const override { return std::chrono::steady_clock::now(); }
  WallTime WallNow() const override { return std::chrono::system_clock::now(); }
};

}  // namespace benari
