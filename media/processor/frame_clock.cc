#include "media/processor/frame_clock.h"

namespace benari::media {

int FrameClock::Advance(Clock::Time now) {
  int left_out = 0;
  if (now - next_ > kLatest) {
    left_out = static_cast<int>((now - next_) / kFrame);
    next_ += left_out * kFrame;
  }
  next_ += kFrame;
  return left_out;
}

}  // namespace benari::media
