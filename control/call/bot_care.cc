#include "control/call/bot_care.h"

#include <utility>

namespace benari::control {

namespace asio = boost::asio;

Clock::Time BotCare::next_look() const {
  return unheard_since_.has_value() && !late_ ? *unheard_since_ + kLate : Clock::Time::max();
}

bool BotCare::HasWork() const {
  const bool news = told_.number != bot().number || told_.times_ready != bot().times_ready ||
                    told_.times_lost != bot().times_lost || told_.end != bot().end;
  const bool to_close = facts_.known().hangs_up_after_bot && !closed_;
  return news || to_close || !facts_.known().digits.empty() || context_.timers.Now() >= next_look();
}

asio::awaitable<void> BotCare::Work(std::string node, std::string media_id) {
  Report(media_id);
  while (const std::optional<Digit> digit = facts_.TakeDigit()) {
    if (facts_.Ending() || bot().end != BotEnd::kNone) continue;
    asio::awaitable<void> passed_on = PassOn(node, media_id, *digit);
    co_await std::move(passed_on);
  }
  if (!facts_.known().hangs_up_after_bot || std::exchange(closed_, true) || facts_.Ending()) co_return;
  asio::awaitable<void> closing = Close(std::move(node), std::move(media_id));
  co_await std::move(closing);
}

void BotCare::Report(const std::string& media_id) {
  const Clock::Time now = context_.timers.Now();
  const bool another = told_.number != bot().number;
  if (another) told_ = BotFacts();
  if (another) unheard_since_ = bot().asked.value_or(now);
  if (another) late_ = false;
  if (bot().times_lost > told_.times_lost) {
    context_.metrics.bot_lost.Increment(bot().times_lost - told_.times_lost);
    journal_.Warning("bot lost; media dials it again", {{"media", media_id}, {"why", bot().last_error}});
    unheard_since_ = now;
    late_ = false;
  }
  if (bot().times_ready > told_.times_ready) ReportReady(media_id, now);
  if (bot().end != BotEnd::kNone && told_.end == BotEnd::kNone) {
    journal_.Info("bot finished",
                  {{"media", media_id}, {"end", ToString(bot().end)}, {"why", bot().last_error}});
    unheard_since_.reset();
  }
  told_ = bot();
  if (now < next_look()) return;
  late_ = true;
  context_.metrics.bot_late.Increment();
  journal_.Warning("bot not heard for two seconds; the caller hears the waiting tone",
                   {{"media", media_id},
                    {"state", bot().times_ready > 0 ? "reconnecting" : "connecting"},
                    {"why", bot().last_error.empty() ? "see the log of its media node" : bot().last_error}});
}

// The duration is not known for a bot that an earlier process requested.
void BotCare::ReportReady(const std::string& media_id, Clock::Time now) {
  const bool first = told_.times_ready == 0;
  const Clock::Duration took = now - unheard_since_.value_or(now);
  if (first && bot().asked.has_value())
    context_.metrics.bot_ready_seconds.Observe(std::chrono::duration<double>(took).count());
  journal_.Info(first ? "bot ready" : "bot ready again",
                {{"media", media_id}, {"ms", took / std::chrono::milliseconds(1)}});
  journal_.EnterPhase(CallPhase::kBot);
  if (first && on_ready_) on_ready_();
  if (bot().ready) unheard_since_.reset();
}

// Without it nobody would say that the bot has finished.
asio::awaitable<void> BotCare::Close(std::string node, std::string media_id) {
  try {
    journal_.Info("what the bot has said is played out before the hang-up", {{"media", media_id}});
    co_await context_.media.CloseBot(node, media_id);
  } catch (const MediaError& error) {
    journal_.Warning("what the bot has said is not played out", {{"media", media_id}, {"why", error.what()}});
    facts_.HungUpOverApi();
  }
}

asio::awaitable<void> BotCare::PassOn(std::string node, std::string media_id, Digit digit) {
  try {
    co_await context_.media.SendDigit(node, media_id, digit);
  } catch (const MediaError& error) {
    context_.metrics.digits_lost.Increment();
    journal_.Warning("digit not delivered to the bot", {{"media", media_id}, {"why", error.what()}});
  }
}

}  // namespace benari::control
