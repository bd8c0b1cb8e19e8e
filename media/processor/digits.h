#pragma once

#include <chrono>
#include <string>

namespace benari::media {

// Keys that the caller pressed, in their order. Pure.
struct Digits {
  std::string digits;                     // of 0-9 * # A-D
  std::chrono::milliseconds duration{0};  // of each; 0: not known
};

}  // namespace benari::media
