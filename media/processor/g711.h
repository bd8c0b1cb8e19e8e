#pragma once

#include <array>
#include <cstdint>

// ITU-T G.711: 14 bits (A-law: 13) of a sample in 8. Pure.
namespace benari::media {

inline constexpr uint8_t kPayloadTypePcmu = 0;  // RFC 3551 6
inline constexpr uint8_t kPayloadTypePcma = 8;

inline constexpr uint8_t kUlawSilence = 0xff;

uint8_t ToUlaw(int16_t sample);
uint8_t ToAlaw(int16_t sample);

// By code. What one law decodes to, encoded in the other: within its quantisation error.
extern const std::array<int16_t, 256> kUlawToLinear;
extern const std::array<int16_t, 256> kAlawToLinear;
extern const std::array<uint8_t, 256> kUlawToAlaw;
extern const std::array<uint8_t, 256> kAlawToUlaw;

}  // namespace benari::media
