#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "tests/fakes/fake_asterisk.h"

namespace benari::bench {

// Callers. While it keeps up, the next one arrives as soon as a call has ended, so that as many are in
// progress as there were in the beginning. Thread-safe.
class CallSource {
 public:
  // Gives the fake's events to this source. Call it before the fake is made.
  void Attach(fakes::FakeAsteriskOptions* options);

  // So many callers, evenly within `spread`. Blocks meanwhile.
  void Place(fakes::FakeAsterisk& asterisk, int calls, std::chrono::nanoseconds spread);
  void KeepUp(fakes::FakeAsterisk& asterisk);
  void LetThemEnd() { kept_up_ = nullptr; }

  // Calls that control let go, since the beginning.
  int64_t ended() const { return ended_; }

 private:
  void OnEvent(const fakes::Notice& notice);

  std::atomic<fakes::FakeAsterisk*> kept_up_{nullptr};
  std::atomic<int64_t> ended_{0};
};

}  // namespace benari::bench
