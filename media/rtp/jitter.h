#pragma once

#include <cstdint>

namespace benari::media::rtp {

// Interarrival jitter of one source, in timestamp units. Pure.
class JitterEstimator {
 public:
  // RFC 3550 A.8. `arrival` is the local clock in the clock rate of `timestamp`; both wrap at 2^32.
  void OnPacket(uint32_t arrival, uint32_t timestamp);

  // RFC 3550 6.4.1: another SSRC has another timestamp offset; the next packet has nothing to compare with.
  void OnNewSource() { has_transit_ = false; }

  // RFC 3550 A.8: the estimate that a receiver report carries, in timestamp units.
  uint64_t jitter() const { return scaled_jitter_ >> 4; }
  double jitter_ms(uint32_t clock_rate_hz) const;

 private:
  bool has_transit_ = false;  // a flag of its own: every value of transit_, 0 too, is a transit
  uint32_t transit_ = 0;
  uint64_t scaled_jitter_ = 0;  // times 16
};

}  // namespace benari::media::rtp
