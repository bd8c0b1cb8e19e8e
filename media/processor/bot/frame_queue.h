#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace benari::media {

// 20 ms of mu-law at 8000 Hz.
inline constexpr size_t kFrameBytes = 160;
using Frame = std::array<uint8_t, kFrameBytes>;

// Frames on their way from one thread to another, at most kCapacity of them. One producer and one consumer,
// which do not wait for each other.
class FrameQueue {
 public:
  static constexpr size_t kCapacity = 32;  // 640 ms, in which the consumer's thread gets its turn

  // Producer: false if it is full.
  bool Push(const Frame& frame) {
    const uint64_t written = written_.load(std::memory_order_relaxed);
    if (written - read_.load(std::memory_order_acquire) == kCapacity) return false;
    frames_[written % kCapacity] = frame;
    written_.store(written + 1, std::memory_order_release);
    return true;
  }

  // Consumer: false if it is empty.
  bool Pop(Frame* frame) {
    const uint64_t read = read_.load(std::memory_order_relaxed);
    if (read == written_.load(std::memory_order_acquire)) return false;
    *frame = frames_[read % kCapacity];
    read_.store(read + 1, std::memory_order_release);
    return true;
  }

 private:
  std::array<Frame, kCapacity> frames_;
  std::atomic<uint64_t> written_ = 0;
  std::atomic<uint64_t> read_ = 0;
};

}  // namespace benari::media
