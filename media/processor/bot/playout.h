#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/clock.h"
#include "media/processor/bot/audio_queue.h"
#include "media/processor/bot/frame_queue.h"
#include "media/processor/frame_clock.h"

namespace benari::media {

// Plays a bot's audio: one frame each 20 ms, in whatever pieces the audio was queued; silence where there is
// none. Only the queue holds audio, so a clear takes effect with the next frame. Packets are sent in pauses
// too, so no talkspurt begins with a marker bit (RFC 3551 4.1). Pure.
//
// A talkspurt begins when as much audio is queued as the start buffer holds, or when some has been queued for
// as long as that. It ends when there is no full frame to play. If more audio arrives within 400 ms, that was
// an underrun: the talkspurt goes on. After one of at most 100 ms the start buffer grows by 20 ms, up to
// 100 ms, and what it grew by is waited for even if enough is queued; no start buffer helps against longer
// ones. A talkspurt in which it did not grow, followed by a pause of 1 s, shrinks it by 20 ms again.
class Playout {
 public:
  using Milliseconds = std::chrono::milliseconds;

  static constexpr Milliseconds kUnderrunWindow{400};
  static constexpr Milliseconds kPause{1000};
  static constexpr Milliseconds kMaxStartBuffer{100};  // or what is configured, if that is more

  struct Output {
    Frame audio;                    // mu-law; silence behind the last byte of a talkspurt
    int skipped = 0;                // frames that are left out before this one, as FrameClock does
    Clock::Duration lateness{0};    // of the tick
    uint64_t cleared_bytes = 0;     // that a clear has just thrown away
    bool is_audio = false;          // false: all of it is silence, since the bot has nothing to play
    bool begins_talkspurt = false;  // is the first of a talkspurt; false where one goes on after an underrun
  };

  // The consumer of `queue`, which must outlive it. The first frame is due at `first`.
  Playout(AudioQueue& queue, Milliseconds start_buffer, Clock::Time first);

  // When the next frame is due.
  Clock::Time NextTick() const { return clock_.next(); }
  // Returns the frame to be sent now. Call it at NextTick; if that is late, no audio is lost. Without
  // `may_begin` no talkspurt begins, and what is queued waits.
  Output OnTick(Clock::Time now, bool may_begin = true);

  // Position in the queue up to which audio has been heard: what was sent 20 ms ago, or cleared.
  uint64_t heard() const { return heard_; }
  // True if all that was queued has been heard.
  bool drained() const { return queue_.queued() == 0 && heard_ == queue_.read(); }
  // True during a talkspurt, gaps of an underrun included. A bot that sends silence talks.
  bool Talking(Clock::Time now) const;

  Milliseconds start_buffer() const { return start_buffer_; }
  uint64_t played_bytes() const { return played_bytes_; }  // without padding
  uint64_t cleared_bytes() const { return cleared_bytes_; }
  uint32_t underruns() const { return underruns_; }
  std::optional<Clock::Time> first_audio() const { return first_audio_; }  // was sent
  std::optional<Clock::Time> last_audio() const { return last_audio_; }    // was sent

 private:
  void OnClear(uint64_t bytes);
  void OnArrival(Clock::Time now);
  bool MayStart(Clock::Time now, uint64_t queued) const;
  void Play(Clock::Time now, Output* out);

  AudioQueue& queue_;
  const Milliseconds configured_buffer_;
  FrameClock clock_;
  Milliseconds start_buffer_;
  bool playing_ = false;                      // the last frame was full
  bool in_talkspurt_ = false;                 // until it is known that the next audio is of another
  bool too_short_ = false;                    // the start buffer, for this talkspurt
  std::optional<Clock::Time> waiting_since_;  // audio is queued, but not played yet
  uint64_t heard_ = 0;
  uint64_t played_bytes_ = 0;
  uint64_t cleared_bytes_ = 0;
  uint32_t underruns_ = 0;
  std::optional<Clock::Time> first_audio_;
  std::optional<Clock::Time> last_audio_;
};

}  // namespace benari::media
