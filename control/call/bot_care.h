#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/record/call_journal.h"

namespace benari::control {

// Looks after the bot of a call while the flow waits: passes on the digits that the caller presses, and
// reports how the bot fares, above all that it is not heard. Without a bot there is nothing to do. Confined
// to the control loop.
class BotCare {
 public:
  static constexpr std::chrono::milliseconds kLate{
      2000};  // so long a caller may hear the waiting tone unreported

  BotCare(const CallContext& context, CallFacts& facts, CallJournal& journal)
      : context_(context), facts_(facts), journal_(journal) {}

  bool HasWork() const;
  // HasWork may say yes by then although no fact changed.
  Clock::Time next_look() const;
  // Whose session this is. Never throws.
  boost::asio::awaitable<void> Work(std::string node, std::string media_id);
  // It is finished, and that was reported.
  bool finished() const {
    return told_.number > 0 && told_.number == bot().number && told_.end != BotEnd::kNone;
  }

 private:
  const BotFacts& bot() const { return facts_.known().bot; }
  void Report(const std::string& media_id);
  void ReportReady(const std::string& media_id, Clock::Time now);
  boost::asio::awaitable<void> PassOn(std::string node, std::string media_id, Digit digit);

  const CallContext& context_;
  CallFacts& facts_;
  CallJournal& journal_;
  BotFacts told_;                             // as of the last report
  std::optional<Clock::Time> unheard_since_;  // nullopt: it is heard, or there is none
  bool late_ = false;                         // that was reported
};

}  // namespace benari::control
