#pragma once

#include <chrono>
#include <functional>

namespace benari::net {

// Exponential backoff from `min` to `max` with equal jitter: the second half of each delay is random, so that
// the clients of one server do not all reconnect at the same time, and none at once.
// Confined to one thread.
class Backoff {
 public:
  // `random` gives a number in [0, 1).
  Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max, std::function<double()> random);

  std::chrono::milliseconds Next();
  void Reset();

 private:
  std::chrono::milliseconds min_;
  std::chrono::milliseconds max_;
  std::function<double()> random_;
  std::chrono::milliseconds ceiling_;
};

}  // namespace benari::net
