#include "control/flow/bot.h"

#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

Clock::Time LongestEnd(const Legs& legs) {
  const auto& max_time = legs.settings.bot.max_time;
  if (!max_time.has_value()) return Clock::Time::max();
  return legs.media.began().value_or(legs.clock.Now()) + *max_time;
}

bool HasFailed(BotResult result) {
  return result == BotResult::kUnreachable || result == BotResult::kLost || result == BotResult::kRefused;
}

// A bot that did not end by itself timed out, was stopped through the media node's API, or lost its media.
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

// Dials no bot if bot_max_seconds have passed already, which is possible in a call that is adopted.
asio::awaitable<BotResult> TalkTo(Legs& legs, std::string url) {
  if (legs.clock.Now() >= LongestEnd(legs)) co_return BotResult::kTimeout;
  Processor bot = MakeBot(legs.settings.bot, url, legs.identity);
  co_await legs.media.Start(std::move(bot));
  legs.journal.EnterPhase(legs.facts.known().bot.times_ready > 0 ? CallPhase::kBot
                                                                 : CallPhase::kBotConnecting);
  const Clock::Time end = LongestEnd(legs);
  co_await legs.media.Until(end);
  co_return ResultOf(legs, legs.clock.Now() < end);
}

asio::awaitable<BotResult> TalkToOneOf(Legs& legs, std::vector<std::string> urls) {
  BotResult result = BotResult::kRefused;
  for (const std::string& url : urls) {
    if (url.empty()) continue;
    asio::awaitable<BotResult> talk = TalkTo(legs, url);
    result = co_await std::move(talk);
    if (!HasFailed(result)) co_return result;
    legs.journal.Warning(
        "bot failed",
        {{"result", ToString(result)}, {"bot", OriginOf(url)}, {"why", legs.facts.known().bot.last_error}});
  }
  if (urls.front().empty())
    legs.journal.Warning(
        "there is no bot to talk to; accepted is a bot_url as flag or argument of the dial plan");
  co_return result;
}

[[noreturn]] void End(BotResult result, AfterBot next) {
  const std::string why = absl::StrCat("the bot is done: ", ToString(result));
  CallOver over(HasFailed(result) ? CallOutcome::kBotFailed : CallOutcome::kCompleted,
                HasFailed(result) ? "congestion" : "normal", why);
  if (next == AfterBot::kContinue) over.outcome = CallOutcome::kContinued;
  if (next == AfterBot::kContinue) over.bot_result = result;
  throw over;
}

// Completes if the caller is to be connected to the destination, else throws CallOver.
asio::awaitable<void> TalkToBot(Legs& legs) {
  BotResult result = BotResult::kHungUp;
  try {
    asio::awaitable<BotResult> talk =
        TalkToOneOf(legs, {legs.settings.bot.url, legs.settings.bot.fallback_url});
    result = co_await std::move(talk);
    co_await legs.facts.WaitUntilResynced();  // the next steps need Asterisk
    legs.facts.ThrowIfEnding();
  } catch (const CallOver&) {
    if (legs.facts.caller_gone() || legs.facts.known().hung_up) legs.metrics.BotEnded(BotResult::kHungUp);
    throw;
  }
  const AfterBot next = HasFailed(result) ? legs.settings.bot.on_failure : legs.settings.bot.on_close;
  legs.metrics.BotEnded(result);
  if (next != AfterBot::kTransfer) End(result, next);
  if (result == BotResult::kTimeout) co_await legs.media.Drop();
}

}  // namespace

// A bot that has finished stays, silently, until the destination has answered: from its session a control
// that adopts the call learns that the caller has already talked to the bot.
asio::awaitable<void> BotThenNext::Run(Legs& legs) {
  if (!legs.destination.dialled()) co_await TalkToBot(legs);
  co_await legs.destination.Dial();
  co_await legs.media.Drop();
  co_await legs.destination.Talk();
}

}  // namespace benari::control
