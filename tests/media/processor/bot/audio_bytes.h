#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace benari::media {

// The nth byte of an audio in which no two stretches are alike.
inline uint8_t AudioByte(uint64_t position) {
  const uint64_t mixed = (position + 1) * 0x9e3779b97f4a7c15;
  return static_cast<uint8_t>(mixed >> 56);
}

inline std::vector<uint8_t> AudioBytes(uint64_t from, size_t count) {
  std::vector<uint8_t> bytes(count);
  for (size_t i = 0; i < count; ++i) bytes[i] = AudioByte(from + i);
  return bytes;
}

}  // namespace benari::media
