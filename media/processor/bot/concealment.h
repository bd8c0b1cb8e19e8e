#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace benari::media {

// Fills gaps in 8 kHz mu-law: repeats the last pitch period, which fades from 10 ms on and is silence after
// 60 ms. After ITU-T G.711 Appendix I, without its delay and its overlap with what follows. Pure.
class Concealment {
 public:
  Concealment();

  // The audio before a gap.
  void OnAudio(std::span<const uint8_t> ulaw);
  // Writes the next samples of a gap, which lasts until OnAudio.
  void Fill(std::span<uint8_t> ulaw);

 private:
  static constexpr size_t kHistory = 320;

  size_t PitchPeriod() const;  // in samples

  std::array<uint8_t, kHistory> history_;
  size_t filled_ = 0;  // samples of this gap
  size_t period_ = 0;  // once filled_ is not 0
};

}  // namespace benari::media
