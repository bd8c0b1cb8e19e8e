#pragma once

#include <chrono>
#include <memory>

#include "media/processor/bot/totals.h"
#include "media/processor/processor.h"
#include "media/processor/session_types.h"

namespace benari::media {

class BotDialer;

// What all processors of a node have in common.
struct ProcessorOptions {
  // `dialer` must outlive the processors.
  ProcessorOptions(BotDialer& dialer, std::chrono::milliseconds start_buffer = std::chrono::milliseconds(40))
      : bot_dialer(dialer), bot_start_buffer(start_buffer) {}

  BotDialer& bot_dialer;
  std::chrono::milliseconds bot_start_buffer;  // of playout
};

// Makes the processors of sessions, which it must outlive, and counts what the bots among them do. Owned by
// one worker.
class ProcessorFactory {
 public:
  explicit ProcessorFactory(const ProcessorOptions& options) : options_(options) {}

  // The processor that `config` names; its session begins at `now`.
  std::unique_ptr<Processor> New(const SessionConfig& config, Clock::Time now);

  const BotTotals& bot_totals() const { return bot_totals_; }

 private:
  const ProcessorOptions options_;
  BotTotals bot_totals_;
};

}  // namespace benari::media
