#include "control/flow/bot.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/net/url.h"
#include "control/flow/bot_talk.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

// One after the other. In a call that is adopted while it talks to the fallback, only that.
std::vector<std::string> UrlsToDial(const Legs& legs) {
  const BotSettings& bot = legs.settings.bot;
  const auto reported = [&legs, &bot](const std::string& url) {
    return net::WithoutQueryValues(MakeBot(bot, url, legs.identity).url);
  };
  const std::string& dialled = legs.facts.known().bot.url;
  const bool fallback = !dialled.empty() && dialled == reported(bot.fallback_url);
  if (fallback && dialled != reported(bot.url)) return {bot.fallback_url};
  return {bot.url, bot.fallback_url};
}

asio::awaitable<BotResult> TalkToOneOf(Legs& legs, std::vector<std::string> urls) {
  BotResult result = BotResult::kRefused;
  for (const std::string& url : urls) {
    if (url.empty()) continue;
    Bot bot = MakeBot(legs.settings.bot, url, legs.identity);
    asio::awaitable<BotResult> talk = TalkTo(legs, std::move(bot));
    result = co_await std::move(talk);
    if (!HasFailed(result)) co_return result;
  }
  if (urls.front().empty())
    legs.journal.Warning(
        "there is no bot to talk to; accepted is a bot_url as flag or argument of the dial plan");
  co_return result;
}

// Completes if the caller is to be connected to the destination, else throws CallOver.
asio::awaitable<void> TalkToBot(Legs& legs) {
  legs.journal.BotBegins();
  asio::awaitable<BotResult> talk = TalkToOneOf(legs, UrlsToDial(legs));
  const BotResult result = co_await std::move(talk);
  co_await legs.facts.WaitUntilResynced();  // the next steps need Asterisk
  legs.facts.ThrowIfEnding();
  legs.journal.BotEnded(result);
  const AfterBot next = HasFailed(result) ? legs.settings.bot.on_failure : legs.settings.bot.on_close;
  if (next != AfterBot::kTransfer)
    EndAfterBot(result, next, absl::StrCat("the bot is done: ", ToString(result)));
  if (result == BotResult::kTimeout) co_await legs.media.Drop();
}

}  // namespace

// A bot that has finished stays, silently, until the destination has answered: from its session a control
// that adopts the call learns that the caller has already talked to the bot.
asio::awaitable<void> BotThenNext::Run(Legs& legs) {
  // An attended transfer that an earlier process began, and that has not been answered, is given up.
  if (legs.media.BotTalks() && !legs.destination.HasAnswered()) co_await legs.destination.Drop();
  if (!legs.destination.dialled()) co_await TalkToBot(legs);
  co_await legs.destination.Dial();
  co_await legs.media.Drop();
  co_await legs.destination.Talk();
}

}  // namespace benari::control
