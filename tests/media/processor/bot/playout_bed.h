#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "media/processor/bot/playout.h"
#include "media/processor/g711.h"
#include "tests/media/processor/bot/audio_bytes.h"

namespace benari::media {

// A playout, its queue, and a clock that is turned by hand.
class PlayoutBed {
 public:
  using milliseconds = std::chrono::milliseconds;

  static constexpr Clock::Time kStart{std::chrono::hours(1)};

  explicit PlayoutBed(milliseconds start_buffer = milliseconds(40)) : playout(queue, start_buffer, kStart) {}

  void Say(milliseconds audio) { SayBytes(static_cast<size_t>(audio.count()) * 8); }
  void SayBytes(size_t bytes) { ASSERT_EQ(queue.Append(AudioBytes(queue.written(), bytes)), bytes); }

  // The tick that is due, `late` after it was.
  Playout::Output Tick(milliseconds late = milliseconds(0)) {
    now = playout.NextTick() + late;
    const uint64_t played = playout.played_bytes();
    const Playout::Output out = playout.OnTick(now);
    const auto bytes = static_cast<std::ptrdiff_t>(playout.played_bytes() - played);
    EXPECT_EQ(out.is_audio, bytes > 0);
    heard.insert(heard.end(), out.audio.begin(), out.audio.begin() + bytes);
    EXPECT_TRUE(std::all_of(out.audio.begin() + bytes, out.audio.end(),
                            [](uint8_t code) { return code == kUlawSilence; }));
    return out;
  }
  // Ticks for so long. Returns the number of them that were audio.
  int TickFor(milliseconds time) {
    int audio = 0;
    for (const Clock::Time end = playout.NextTick() + time; playout.NextTick() < end;) {
      audio += Tick().is_audio ? 1 : 0;
    }
    return audio;
  }

  AudioBudget budget{1u << 30};
  AudioQueue queue{1u << 30, budget};
  Playout playout;
  Clock::Time now = kStart;
  std::vector<uint8_t> heard;  // without silence and padding
};

}  // namespace benari::media
