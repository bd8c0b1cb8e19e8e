#include "control/flow/bot_talk.h"

#include <string>
#include <utility>

namespace benari::control {

namespace asio = boost::asio;

namespace {

Clock::Time LongestEnd(const Legs& legs, const std::optional<Clock::Time>& since) {
  const auto& max_time = legs.settings.bot.max_time;
  if (!max_time.has_value()) return Clock::Time::max();
  if (since.has_value()) return *since + *max_time;
  return legs.media.began().value_or(legs.clock.Now()) + *max_time;
}

// Without an end of its own it was stopped by somebody else, or there is no media for it any more.
BotResult ResultOf(const Legs& legs, bool in_time) {
  switch (legs.facts.known().bot.end) {
    case BotEnd::kClosed:
      return BotResult::kClosed;
    case BotEnd::kIdle:
      return BotResult::kIdle;
    case BotEnd::kUnreachable:
      return BotResult::kUnreachable;
    case BotEnd::kRefused:
      return BotResult::kRefused;
    case BotEnd::kNone:
      return in_time ? BotResult::kLost : BotResult::kTimeout;
    case BotEnd::kLost:
    case BotEnd::kStopped:
      break;
  }
  return BotResult::kLost;
}

}  // namespace

bool HasFailed(BotResult result) {
  return result == BotResult::kUnreachable || result == BotResult::kLost || result == BotResult::kRefused;
}

// In a call that is adopted the longest time may be over.
asio::awaitable<BotResult> TalkTo(Legs& legs, Bot bot, std::optional<Clock::Time> since) {
  if (legs.clock.Now() >= LongestEnd(legs, since)) co_return BotResult::kTimeout;
  std::string origin = OriginOf(bot.url);
  Processor processor = std::move(bot);
  co_await legs.media.Start(std::move(processor));
  asio::awaitable<BotResult> talking = TalkOn(legs, std::move(origin), since);
  const BotResult result = co_await std::move(talking);
  co_return result;
}

asio::awaitable<BotResult> TalkOn(Legs& legs, std::string origin, std::optional<Clock::Time> since) {
  legs.journal.EnterPhase(legs.facts.known().bot.times_ready > 0 ? CallPhase::kBot
                                                                 : CallPhase::kBotConnecting);
  const Clock::Time end = LongestEnd(legs, since);
  co_await legs.media.Until(end);
  const BotResult result = ResultOf(legs, legs.clock.Now() < end);
  if (legs.facts.known().hangs_up_after_bot) legs.facts.HungUpOverApi();
  if (HasFailed(result)) {
    legs.journal.Warning(
        "bot failed",
        {{"result", ToString(result)}, {"bot", origin}, {"why", legs.facts.known().bot.last_error}});
  }
  co_return result;
}

void EndAfterBot(BotResult result, AfterBot next, const std::string& why) {
  CallOver over(HasFailed(result) ? CallOutcome::kBotFailed : CallOutcome::kCompleted,
                HasFailed(result) ? "congestion" : "normal", why);
  if (next == AfterBot::kContinue) over.outcome = CallOutcome::kContinued;
  if (next == AfterBot::kContinue) over.bot_result = result;
  throw over;
}

}  // namespace benari::control
