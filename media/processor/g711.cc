#include "media/processor/g711.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace benari::media {

namespace {

// Of a number that is not negative; 0 has -1.
constexpr int HighestBit(int number) {
  return static_cast<int>(std::bit_width(static_cast<unsigned>(number))) - 1;
}

constexpr int kBias = 0x84;
constexpr int kClip = 32635;

// Sign, the place of the highest bit of the magnitude, the four bits behind it; all inverted.
constexpr uint8_t EncodeUlaw(int16_t sample) {
  const int magnitude = std::min(sample < 0 ? -int{sample} : int{sample}, kClip) + kBias;
  const int exponent = HighestBit(magnitude) - 7;  // 0..7: kBias has bit 7
  const int mantissa = magnitude >> (exponent + 3) & 0x0f;
  return static_cast<uint8_t>(~((sample < 0 ? 0x80 : 0) | exponent << 4 | mantissa));
}

// The same without a bias, linear at the bottom; the sign and every second bit inverted.
constexpr uint8_t EncodeAlaw(int16_t sample) {
  const int magnitude = sample < 0 ? -int{sample} - 1 : sample;
  const int exponent = std::max(HighestBit(magnitude) - 7, 0);
  const int mantissa = magnitude >> (exponent == 0 ? 4 : exponent + 3) & 0x0f;
  return static_cast<uint8_t>(((sample < 0 ? 0 : 0x80) | exponent << 4 | mantissa) ^ 0x55);
}

// The middle of what is encoded as `code`.
constexpr int16_t DecodeUlaw(uint8_t code) {
  const int bits = ~code & 0xff;
  const int magnitude = (((bits & 0x0f) << 3 | kBias) << (bits >> 4 & 7)) - kBias;
  return static_cast<int16_t>((bits & 0x80) != 0 ? -magnitude : magnitude);
}

constexpr int16_t DecodeAlaw(uint8_t code) {
  const int bits = code ^ 0x55;
  const int exponent = bits >> 4 & 7;
  const int mantissa = (bits & 0x0f) << 4 | 8;
  const int magnitude = exponent == 0 ? mantissa : (mantissa | 0x100) << (exponent - 1);
  return static_cast<int16_t>((bits & 0x80) != 0 ? magnitude : -magnitude);
}

// A table by code.
template <typename Value, typename Function>
constexpr std::array<Value, 256> Table(Function of) {
  std::array<Value, 256> table{};
  for (size_t code = 0; code < table.size(); ++code) table[code] = of(static_cast<uint8_t>(code));
  return table;
}

}  // namespace

constinit const std::array<int16_t, 256> kUlawToLinear = Table<int16_t>(DecodeUlaw);
constinit const std::array<int16_t, 256> kAlawToLinear = Table<int16_t>(DecodeAlaw);
constinit const std::array<uint8_t, 256> kUlawToAlaw =
    Table<uint8_t>([](uint8_t code) { return EncodeAlaw(DecodeUlaw(code)); });
constinit const std::array<uint8_t, 256> kAlawToUlaw =
    Table<uint8_t>([](uint8_t code) { return EncodeUlaw(DecodeAlaw(code)); });

uint8_t ToUlaw(int16_t sample) { return EncodeUlaw(sample); }
uint8_t ToAlaw(int16_t sample) { return EncodeAlaw(sample); }

}  // namespace benari::media
