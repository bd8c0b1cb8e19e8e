#pragma once

#include <cstdint>

// ITU-T G.711: 14 bits (A-law: 13) of a sample in 8. Pure.
namespace benari::media {

inline constexpr uint8_t kPayloadTypePcmu = 0;  // RFC 3551 6
inline constexpr uint8_t kPayloadTypePcma = 8;

uint8_t ToUlaw(int16_t sample);
uint8_t ToAlaw(int16_t sample);

}  // namespace benari::media
