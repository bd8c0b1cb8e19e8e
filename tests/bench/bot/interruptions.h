#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>

#include "tests/bench/media/histogram.h"
#include "tests/bench/media/rtp_probe.h"

namespace benari::bench {

// What bots say only to clear it, and when their callers hear the last of it. Thread-safe.
class Interruptions {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // A new speech: each of its frames begins with the number.
  uint64_t Begin();
  void OnCleared(uint64_t speech, Time now);
  // A caller has heard a frame that none of the callers sent.
  void OnHeard(const Probe& probe, Time now);
  // From each clear to the last frame that was heard after it, 0 if none was, since the last call.
  Histogram TakeAfterClear();

 private:
  struct Speech {
    Time cleared = Time::max();
    Time heard_last;
  };
  std::mutex mutex_;
  uint64_t last_ = uint64_t{1} << 63;  // no caller's packet has such a number
  std::map<uint64_t, Speech> speeches_;
};

}  // namespace benari::bench
