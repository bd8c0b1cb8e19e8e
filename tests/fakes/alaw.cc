#include "tests/fakes/alaw.h"

#include <cmath>
#include <fstream>
#include <stdexcept>

namespace benari::fakes {
namespace {

void Put(std::ofstream& file, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) file.put(static_cast<char>((value >> (8 * i)) & 0xff));
}

}  // namespace

uint8_t ToAlaw(int16_t sample) {
  const int sign = sample >= 0 ? 0x80 : 0;
  int magnitude = sample >= 0 ? sample : -(sample + 1);
  magnitude >>= 4;  // 11 bits
  int exponent = 0;
  while (magnitude >= 32) {
    magnitude >>= 1;
    ++exponent;
  }
  const int code = magnitude < 16 ? magnitude : ((exponent + 1) << 4) | (magnitude & 0x0f);
  return static_cast<uint8_t>((sign | code) ^ 0x55);
}

int16_t FromAlaw(uint8_t code) {
  const int plain = code ^ 0x55;
  const int exponent = (plain >> 4) & 0x07;
  int magnitude = ((plain & 0x0f) << 4) + 8;
  if (exponent > 0) magnitude = (magnitude + 0x100) << (exponent - 1);
  return static_cast<int16_t>((plain & 0x80) != 0 ? magnitude : -magnitude);
}

Frame Silence() {
  Frame frame;
  frame.fill(ToAlaw(0));
  return frame;
}

Frame ToneFrame(uint32_t voice, uint32_t nth) {
  constexpr double kRate = 8000.0;
  const double hertz = 300.0 + 40.0 * (voice % 8) + 0.7 * (nth % 500);
  Frame frame;
  for (int i = 0; i < kFrameSamples; ++i) {
    frame[i] = ToAlaw(static_cast<int16_t>(8000.0 * std::sin(2.0 * M_PI * hertz * i / kRate)));
  }
  return frame;
}

void WriteWav(const std::string& path, const std::vector<uint8_t>& alaw) {
  std::ofstream file(path, std::ios::binary);
  const auto bytes = static_cast<uint32_t>(alaw.size() * 2);
  file << "RIFF";
  Put(file, 36 + bytes, 4);
  file << "WAVEfmt ";
  Put(file, 16, 4);
  Put(file, 1, 2);      // PCM
  Put(file, 1, 2);      // channels
  Put(file, 8000, 4);   // samples a second
  Put(file, 16000, 4);  // bytes a second
  Put(file, 2, 2);      // bytes a sample
  Put(file, 16, 2);     // bits a sample
  file << "data";
  Put(file, bytes, 4);
  for (const uint8_t code : alaw) Put(file, static_cast<uint16_t>(FromAlaw(code)), 2);
  file.close();
  if (!file) throw std::runtime_error("cannot write the WAV file " + path);
}

}  // namespace benari::fakes
