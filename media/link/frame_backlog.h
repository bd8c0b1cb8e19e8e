#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "media/processor/bot/frame_queue.h"

namespace benari::media {

// The caller's frames that a bot has not received yet: at most 2 s, beyond which the oldest are dropped.
// Grows on demand. Confined to one thread.
class FrameBacklog {
 public:
  static constexpr size_t kMaxFrames = 100;

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  const Frame& front() const { return frames_[first_]; }

  // Returns false if the oldest frame was dropped for it.
  bool Push(const Frame& frame) {
    if (size_ == frames_.size() && size_ < kMaxFrames) Grow();
    const bool room = size_ < frames_.size();
    if (!room) Pop();
    frames_[(first_ + size_++) % frames_.size()] = frame;
    return room;
  }
  void Pop() {
    first_ = (first_ + 1) % frames_.size();
    --size_;
  }

 private:
  void Grow() {
    std::rotate(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_), frames_.end());
    first_ = 0;
    frames_.resize(std::min(kMaxFrames, std::max<size_t>(4, frames_.size() * 2)));
  }

  std::vector<Frame> frames_;
  size_t first_ = 0;
  size_t size_ = 0;
};

}  // namespace benari::media
