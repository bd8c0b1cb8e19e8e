#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>

#include "control/call/call_context.h"
#include "control/call/call_facts.h"
#include "control/record/call_journal.h"

namespace benari::control {

// Attends to the bot of a call while the flow waits: forwards the digits that the caller presses, closes it
// before a hang-up that waits for it (see CallFacts::HungUpOverApiAfterBot), and reports
// changes of the bot's state in the log and the metrics, also that the caller has not heard it for kLate. Has
// no work in a call without a bot. Confined to the control loop.
class BotCare {
 public:
  // The longest time for which a caller hears the waiting tone before that is reported.
  static constexpr std::chrono::milliseconds kLate{2000};

  BotCare(const CallContext& context, CallFacts& facts, CallJournal& journal)
      : context_(context), facts_(facts), journal_(journal) {}

  // Called as a bot is ready for the first time.
  void set_on_ready(std::function<void()> on_ready) { on_ready_ = std::move(on_ready); }
  bool HasWork() const;
  // The time at which HasWork may become true without a change of the facts.
  Clock::Time next_look() const;
  // Does the work for the bot of session `media_id` on `node`. Never throws.
  boost::asio::awaitable<void> Work(std::string node, std::string media_id);
  // True once the bot has finished and that was reported.
  bool finished() const {
    return told_.number > 0 && told_.number == bot().number && told_.end != BotEnd::kNone;
  }

 private:
  const BotFacts& bot() const { return facts_.known().bot; }
  void Report(const std::string& media_id);
  void ReportReady(const std::string& media_id, Clock::Time now);
  boost::asio::awaitable<void> Close(std::string node, std::string media_id);
  boost::asio::awaitable<void> PassOn(std::string node, std::string media_id, Digit digit);

  const CallContext& context_;
  CallFacts& facts_;
  CallJournal& journal_;
  BotFacts told_;                             // as of the last report
  std::optional<Clock::Time> unheard_since_;  // nullopt: the caller hears the bot, or there is none
  bool late_ = false;                         // the bot's lateness was reported
  bool closed_ = false;                       // CloseBot was asked for
  std::function<void()> on_ready_;
};

}  // namespace benari::control
