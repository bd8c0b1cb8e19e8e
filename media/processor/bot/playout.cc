#include "media/processor/bot/playout.h"

#include <algorithm>

#include "media/processor/g711.h"

namespace benari::media {

namespace {

constexpr uint64_t kBytesPerMs = 8;
constexpr Playout::Milliseconds kStep{20};  // by which the start buffer grows and shrinks

}  // namespace

Playout::Playout(AudioQueue& queue, Milliseconds start_buffer, Clock::Time first)
    : queue_(queue), configured_buffer_(start_buffer), clock_(first), start_buffer_(start_buffer) {}

Playout::Output Playout::OnTick(Clock::Time now, bool may_begin) {
  Output out;
  out.lateness = now - clock_.next();
  out.skipped = clock_.Advance(now);
  out.cleared_bytes = queue_.Skip();
  if (out.cleared_bytes > 0) OnClear(out.cleared_bytes);
  heard_ = queue_.read();
  out.audio.fill(kUlawSilence);

  const uint64_t queued = queue_.queued();
  if (queued == 0) {
    playing_ = false;
    waiting_since_.reset();
    return out;
  }
  if (!playing_) {
    if (!waiting_since_) OnArrival(now);
    if (!may_begin || !MayStart(now, queued)) return out;
    waiting_since_.reset();
  }
  Play(now, &out);
  return out;
}

void Playout::Play(Clock::Time now, Output* out) {
  const size_t bytes = queue_.Read(out->audio);
  out->is_audio = true;
  out->begins_talkspurt = !in_talkspurt_;
  in_talkspurt_ = true;
  playing_ = bytes == kFrameBytes;
  played_bytes_ += bytes;
  if (!first_audio_) first_audio_ = now;
  last_audio_ = now;
}

void Playout::OnClear(uint64_t bytes) {
  cleared_bytes_ += bytes;
  playing_ = false;
  in_talkspurt_ = false;
  waiting_since_.reset();
}

// The first audio since there was none, or no full frame.
void Playout::OnArrival(Clock::Time now) {
  waiting_since_ = now;
  if (Talking(now)) {
    ++underruns_;
    if (now - *last_audio_ > FrameClock::kFrame + kMaxStartBuffer) return;
    too_short_ = true;
    start_buffer_ = std::max(start_buffer_, std::min(start_buffer_ + kStep, kMaxStartBuffer));
    return;
  }
  in_talkspurt_ = false;
  const bool paused = last_audio_ && now - *last_audio_ >= FrameClock::kFrame + kPause;
  if (paused && !too_short_) start_buffer_ = std::max(start_buffer_ - kStep, configured_buffer_);
  too_short_ = false;
}

bool Playout::MayStart(Clock::Time now, uint64_t queued) const {
  const Clock::Duration waited = now - *waiting_since_;
  if (waited >= start_buffer_) return true;
  return queued >= static_cast<uint64_t>(start_buffer_.count()) * kBytesPerMs &&
         waited >= start_buffer_ - configured_buffer_;
}

bool Playout::Talking(Clock::Time now) const {
  return in_talkspurt_ && now - *last_audio_ <= FrameClock::kFrame + kUnderrunWindow;
}

}  // namespace benari::media
