#include "control/call/media_leg.h"

#include <algorithm>
#include <utility>

#include "control/call/ask_after.h"

namespace benari::control {

namespace asio = boost::asio;

MediaLeg::MediaLeg(const CallContext& context, const std::string& call_id, CallFacts& facts, UndoStack& undo,
                   CallMedia& media, Partners& partners, Outage& outage, CallJournal& journal)
    : context_(context),
      caller_(call_id),
      facts_(facts),
      undo_(undo),
      media_(media),
      partners_(partners),
      outage_(outage),
      journal_(journal),
      bot_(context, facts, journal) {}

asio::awaitable<void> MediaLeg::Start(Processor processor) {
  media_.Use(std::move(processor));
  if (!media_.made()) co_await Make();
  if (!media_.made()) co_return;
  if (media_.HoldsBack()) {
    co_await partners_.Ring();
    co_return;
  }
  co_await partners_.AnswerCaller();
  if (!began_.has_value()) began_ = media_.join_asked().value_or(context_.timers.Now());
}

asio::awaitable<void> MediaLeg::Until(Clock::Time end) {
  bool with_media = true;
  while (with_media && end > context_.timers.Now() && !bot_.finished()) {
    std::function<bool()> something = [this] {
      return media_.lost() || Unheard() || facts_.Ending() || IsApart() || bot_.HasWork();
    };
    const Clock::Time look = std::min(end, bot_.next_look());
    const bool woken = co_await facts_.WaitUntil(something, look);
    facts_.ThrowIfEnding();
    if (!woken && look == end) co_return;
    if (bot_.HasWork()) {
      co_await bot_.Work(media_.node(), media_.id());
      continue;
    }
    if (Unheard())
      throw CallOver(CallOutcome::kNoMedia, "congestion", "no media: " + facts_.known().media_missing);
    if (media_.lost()) {
      with_media = co_await Replace();
    } else if (IsApart()) {
      co_await Join();
    }
  }
}

// Also joins a caller that had to wait for its bot.
asio::awaitable<void> MediaLeg::Join() {
  Partners::Leg leg{media_.id(), /*stays=*/true};
  if (began_.has_value()) {
    co_await partners_.Reunite(std::move(leg));
    co_return;
  }
  co_await partners_.Join(std::move(leg));
  began_ = context_.timers.Now();
}

bool MediaLeg::IsApart() const { return !partners_.AreJoined(media_.id()) && !media_.HoldsBack(); }

asio::awaitable<void> MediaLeg::Drop() {
  if (media_.made()) co_await media_.Drop();
  co_await undo_.RetryFailed();  // such as the hang-up of a channel whose creation was interrupted
}

// Once the join was requested the caller may hear media even if the request failed: Until then checks. If
// media refuses the settings of a bot, such as its parameters, or may not dial its URL, the bot counts as
// failed.
asio::awaitable<void> MediaLeg::Make() {
  std::optional<ari::Error> unanswered;
  try {
    co_await media_.Make();
  } catch (const MediaError& error) {
    const bool no_port = error.kind == MediaErrorKind::kExhausted;
    const bool refused = error.kind == MediaErrorKind::kOther || error.kind == MediaErrorKind::kForeign;
    if (refused && media_.RunsBot()) {
      BotInfo info;
      info.phase = BotPhase::kFinished;
      info.end = BotEnd::kRefused;
      info.last_error = error.what();
      facts_.BotAsked(context_.timers.Now());
      facts_.BotReported(info);
      co_return;
    }
    throw CallOver(no_port ? Refusal::kNoPort : Refusal::kNoMedia, error.what());
  } catch (const ari::Error& error) {
    const bool may_be_heard = error.unanswered() && !error.never_sent();
    if (!may_be_heard || !media_.join_asked().has_value()) throw;
    unanswered = error;
  }
  if (unanswered.has_value()) co_await outage_.WaitUntilOver(*unanswered);
}

// Returns false if no other media is available; the call then continues without. While Asterisk does not
// answer, the caller may still hear the media that this process cannot reach.
asio::awaitable<bool> MediaLeg::Replace() {
  co_await facts_.WaitUntilResynced();
  facts_.ThrowIfEnding();
  const bool regained = co_await media_.Regain();
  if (regained) {
    journal_.Info("media was not lost; its lease is renewed again",
                  {{"media", media_.id()}, {"node", media_.node()}});
    co_return true;
  }
  std::string failure;
  std::optional<ari::Error> unanswered;
  const bool lost = !media_.outdated();
  try {
    co_await media_.Replace();
    if (lost) context_.metrics.media_replaced.Increment();
    journal_.Info(lost ? "media replaced" : "media of the next bot",
                  {{"media", media_.id()}, {"node", media_.node()}});
  } catch (const MediaError& error) {
    failure = error.what();
    const bool others_full =
        error.kind == MediaErrorKind::kExhausted && context_.nodes.AnotherIsUp(media_.node());
    if (lost && !others_full) outage_.OnMediaLost(media_.id());
  } catch (const ari::Error& error) {
    failure = error.what();
    if (error.unanswered()) unanswered = error;
  }
  if (!unanswered.has_value() && !failure.empty()) {
    const Clock::Time asked = context_.timers.Now();
    unanswered = co_await AskAfter(context_.ari, caller_, facts_);
    if (context_.timers.Now() - asked > kEventMayFollow) outage_.OnLateAnswer();
  }
  if (unanswered.has_value()) {
    co_await outage_.WaitUntilOver(*unanswered);
    co_return true;  // media is still lost, so Until calls this again
  }
  if (!failure.empty() && outage_.NodesMayReturn()) {
    co_await outage_.Pause();
    co_return true;
  }
  co_await undo_.RetryFailed();
  if (failure.empty()) co_return true;
  if (lost && context_.config.on_media_lost == OnMediaLost::kHangUp) {
    throw CallOver(CallOutcome::kNoMedia, "congestion", "media lost: " + failure);
  }
  journal_.Warning("media not replaced", {{"why", failure}});
  co_return false;
}

bool MediaLeg::BotTalks() const {
  const BotFacts& bot = facts_.known().bot;
  return media_.made() && !media_.lost() && bot.ready && bot.end == BotEnd::kNone;
}

bool MediaLeg::Unheard() const {
  const bool missing = media_.never_heard() && !facts_.known().media_missing.empty();
  return missing && context_.config.on_no_media == OnNoMedia::kHangUp;
}

}  // namespace benari::control
