#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "media/processor/bot/status.h"
#include "media/processor/duration_histogram.h"

namespace benari::media {

// The totals of a worker's bots since its start. Owned by one worker, which hands out copies.
struct BotTotals {
  BotCounts counts;
  std::array<uint64_t, kBotPhases> phases{};  // bots of running sessions, by BotPhase
  std::array<uint64_t, kBotEnds> ends{};      // bots that are finished, by BotEnd
  DurationHistogram lateness;                 // of the ticks of playout
  ResponseHistogram first_audio;              // from the begin of a session to its bot's first audio
  ResponseHistogram response;                 // from the end of the peer's speech to the begin of the bot's
  DurationHistogram barge_in;                 // from a clear to silence

  BotTotals& operator+=(const BotTotals& other);
};

}  // namespace benari::media
