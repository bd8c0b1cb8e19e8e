#pragma once

#include <cstdint>
#include <string>

// A WAV file of so many bytes of silence.
namespace benari::control {

inline std::string LittleEndian(uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  return text;
}

inline std::string Wave(uint32_t rate = 8000, uint32_t channels = 1, uint32_t bits = 16, uint32_t format = 1,
                        uint32_t bytes = 160) {
  return "RIFF" + LittleEndian(36 + bytes, 4) + "WAVEfmt " + LittleEndian(16, 4) + LittleEndian(format, 2) +
         LittleEndian(channels, 2) + LittleEndian(rate, 4) + LittleEndian(rate * channels * bits / 8, 4) +
         LittleEndian(channels * bits / 8, 2) + LittleEndian(bits, 2) + "data" + LittleEndian(bytes, 4) +
         std::string(bytes, '\0');
}

}  // namespace benari::control
