#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

// Audio as a phone hears it: A-law (ITU-T G.711) at 8000 Hz, in frames of 20 ms. Pure.
namespace benari::fakes {

constexpr int kFrameSamples = 160;
using Frame = std::array<uint8_t, kFrameSamples>;

uint8_t ToAlaw(int16_t sample);
int16_t FromAlaw(uint8_t code);
Frame Silence();
// The nth frame of a tone that glides, so that no two of the first ten seconds' frames are alike; `voice`
// tells speakers apart.
Frame ToneFrame(uint32_t voice, uint32_t nth);

// Writes 16-bit mono PCM. Throws std::runtime_error naming the file.
void WriteWav(const std::string& path, const std::vector<uint8_t>& alaw);

}  // namespace benari::fakes
