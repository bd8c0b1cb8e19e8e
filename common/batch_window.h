#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/clock.h"

namespace benari {

// Decides whether packets or messages are collected for a while before they are handled. A wake-up costs
// more than a packet, and an audio frame tolerates a millisecond of delay; with little traffic none waits.
// Pure.
class BatchWindow {
 public:
  // Packets per window from which collecting them pays.
  static constexpr int kWorthIt = 4;
  static constexpr int kWindowsLookedAt = 8;

  // Zero: packets never wait.
  explicit BatchWindow(Clock::Duration length) : length_(length) {}

  // Records that a round with this number of packets began.
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

  // Sockets are not read before this time; nullopt: packets are handled as they arrive.
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

}  // namespace benari
