#include "media/rtp/jitter.h"

namespace benari::media::rtp {

// RFC 3550 A.8, its integer form: differences are taken modulo 2^32 and read as signed.
void JitterEstimator::OnPacket(uint32_t arrival, uint32_t timestamp) {
  const uint32_t transit = arrival - timestamp;
  if (has_transit_) {
    const auto difference = static_cast<int64_t>(static_cast<int32_t>(transit - transit_));
    const auto magnitude = static_cast<uint64_t>(difference < 0 ? -difference : difference);
    scaled_jitter_ += magnitude - ((scaled_jitter_ + 8) >> 4);
  }
  has_transit_ = true;
  transit_ = transit;
}

double JitterEstimator::jitter_ms(uint32_t clock_rate_hz) const {
  if (clock_rate_hz == 0) return 0;
  return static_cast<double>(scaled_jitter_) / 16.0 * 1000.0 / clock_rate_hz;
}

}  // namespace benari::media::rtp
