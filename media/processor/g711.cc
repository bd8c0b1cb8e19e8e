#include "media/processor/g711.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace benari::media {

namespace {

// Of a number that is not negative; 0 has -1.
int HighestBit(int number) { return static_cast<int>(std::bit_width(static_cast<unsigned>(number))) - 1; }

}  // namespace

// Sign, the place of the highest bit of the magnitude, the four bits behind it; all inverted.
uint8_t ToUlaw(int16_t sample) {
  constexpr int kBias = 0x84;
  constexpr int kClip = 32635;
  const int magnitude = std::min(std::abs(int{sample}), kClip) + kBias;
  const int exponent = HighestBit(magnitude) - 7;  // 0..7: kBias has bit 7
  const int mantissa = magnitude >> (exponent + 3) & 0x0f;
  return static_cast<uint8_t>(~((sample < 0 ? 0x80 : 0) | exponent << 4 | mantissa));
}

// The same without a bias, linear at the bottom; the sign and every second bit inverted.
uint8_t ToAlaw(int16_t sample) {
  const int magnitude = sample < 0 ? -int{sample} - 1 : sample;
  const int exponent = std::max(HighestBit(magnitude) - 7, 0);
  const int mantissa = magnitude >> (exponent == 0 ? 4 : exponent + 3) & 0x0f;
  return static_cast<uint8_t>(((sample < 0 ? 0 : 0x80) | exponent << 4 | mantissa) ^ 0x55);
}

}  // namespace benari::media
