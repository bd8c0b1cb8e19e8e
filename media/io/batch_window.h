#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/clock.h"

namespace benari::media {

// When packets are waited for together. A wake-up costs more than a packet does, and an audio frame does not
// mind a millisecond; where there is little traffic none has to wait. Pure.
class BatchWindow {
 public:
  // How many packets a window has to bring for waiting to pay.
  static constexpr int kWorthIt = 4;
  static constexpr int kWindowsLookedAt = 8;

  // Zero: nothing ever waits.
  explicit BatchWindow(Clock::Duration length) : length_(length) {}

  // A round of so many packets began.
  void OnRound(Clock::Time now, size_t packets) {
    if (length_ == Clock::Duration::zero()) return;
    round_ = now;
    packets_ += static_cast<int64_t>(packets);
    const Clock::Duration looked_at = now - since_;
    if (looked_at < kWindowsLookedAt * length_) return;
    const auto worth = [&](int a_window) { return packets_ * length_ >= a_window * looked_at; };
    gathering_ = worth(gathering_ ? kWorthIt / 2 : kWorthIt);
    since_ = now;
    packets_ = 0;
  }

  // Before it the sockets are not looked at. Nothing: a packet is served when it comes.
  std::optional<Clock::Time> GatherUntil() const {
    return gathering_ ? std::optional(round_ + length_) : std::nullopt;
  }

 private:
  const Clock::Duration length_;
  bool gathering_ = false;
  Clock::Time round_;
  Clock::Time since_;
  int64_t packets_ = 0;  // since then
};

}  // namespace benari::media
