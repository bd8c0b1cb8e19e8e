#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace benari::fuzz {

// Takes an input apart from its front; beyond its end everything is zero. Pure.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(data, size) {}

  bool empty() const { return rest_.empty(); }

  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }
  uint16_t Word() {
    const uint8_t high = Byte();
    return static_cast<uint16_t>(high << 8 | Byte());
  }
  uint32_t Long() {
    const uint32_t high = Word();
    return high << 16 | Word();
  }
  // A copy of its own size on the heap, so that a sanitizer sees a byte read beyond it.
  std::vector<uint8_t> Bytes(size_t count) {
    const auto taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return std::vector<uint8_t>(taken.begin(), taken.end());
  }
  std::string Rest() {
    const std::string rest(rest_.begin(), rest_.end());
    rest_ = {};
    return rest;
  }

 private:
  std::span<const uint8_t> rest_;
};

}  // namespace benari::fuzz
