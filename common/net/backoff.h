#pragma once

#include <chrono>
#include <functional>

namespace benari::net {

// How long to wait before the next attempt: doubles from `min` up to `max`, of which the later half is drawn
// at random ("equal jitter"), so that many clients of one server come back spread, yet none at once.
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
