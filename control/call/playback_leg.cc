#include "control/call/playback_leg.h"

#include <functional>
#include <optional>
#include <utility>

#include "control/call/ask_after.h"

namespace benari::control {

namespace asio = boost::asio;

PlaybackLeg::PlaybackLeg(const CallContext& context, const std::string& call_id, CallFacts& facts,
                         UndoStack& undo, Partners& partners, Outage& outage, CallJournal& journal)
    : context_(context),
      caller_(call_id),
      ids_{context.ids.Playback(call_id, 1), context.ids.Playback(call_id, 2)},
      facts_(facts),
      undo_(undo),
      partners_(partners),
      outage_(outage),
      journal_(journal) {}

void PlaybackLeg::DeferStop(const std::string& id) {
  stops_.push_back(undo_.Defer(ToString(UndoStep::kStopPlayback), [this, id] { return Stop(id); }));
}

// Whether it has finished while Asterisk was away is not known, so it is stopped then. What is played to a
// caller who hangs up fails, and the event that the caller has gone may follow.
asio::awaitable<bool> PlaybackLeg::Play(std::string media, Clock::Time end) {
  co_await partners_.AnswerCaller();
  present_ = 1 - present_;
  facts_.PlaybackAsked(ids_[present_]);
  DeferStop(ids_[present_]);
  const KnownFacts& known = facts_.known();
  const int reconnects = known.reconnects;
  asio::awaitable<bool> starting = Start(std::move(media));
  const bool started = co_await std::move(starting);
  if (!started) co_return false;
  co_await AwaitEnd(reconnects, end);
  if (known.playback_end == PlaybackEnd::kFailed) co_await facts_.WaitForLateEnd();
  facts_.ThrowIfEnding();
  if (known.playback_end != PlaybackEnd::kNone) {
    undo_.Forget(stops_.back());
    stops_.pop_back();
    co_return known.playback_end == PlaybackEnd::kDone;
  }
  co_await facts_.WaitUntilResynced();
  co_await Drop();
  co_return true;
}

// Returns false if Asterisk refuses it.
asio::awaitable<bool> PlaybackLeg::Start(std::string media) {
  std::optional<ari::Error> failure;
  try {
    const std::string channel = facts_.ChannelIn(caller_);
    const std::string& id = ids_[present_];
    co_await context_.ari.Play(channel, id, media);
  } catch (const ari::Error& error) {
    failure = error;
  }
  if (!failure.has_value()) co_return true;
  journal_.Warning("not played", {{"media", media}, {"why", failure->what()}});
  if (failure->unanswered()) co_await outage_.WaitUntilOver(*failure);
  co_await Drop();
  co_return false;
}

// What goes on would keep Asterisk from joining the caller with anybody, so a failure is retried at once.
asio::awaitable<void> PlaybackLeg::Drop() {
  if (std::exchange(adopted_, false)) {
    for (const std::string& id : ids_) DeferStop(id);
  }
  bool stopped = true;
  while (!stops_.empty()) {
    const UndoStack::Handle stop = stops_.back();
    stops_.pop_back();
    const bool succeeded = co_await undo_.RunNow(stop);
    stopped = stopped && succeeded;
  }
  if (!stopped) {
    co_await facts_.WaitUntilResynced();
    facts_.ThrowIfEnding();
    co_await undo_.RetryFailed();
  }
  facts_.ThrowIfEnding();
}

// Completes once its end has been reported, which would else be taken for that of the next one with this id.
asio::awaitable<void> PlaybackLeg::Stop(std::string id) {
  if (facts_.caller_gone()) co_return;
  const KnownFacts& known = facts_.known();
  ThrowIfAway(known);
  facts_.PlaybackAsked(id);
  const int reconnects = known.reconnects;
  try {
    co_await context_.ari.StopPlayback(id);
  } catch (const ari::Error& error) {
    if (!error.not_found()) throw;
    co_return;
  }
  const Clock::Time until = context_.timers.Now() + context_.config.join_timeout;
  co_await AwaitEnd(reconnects, until);
}

asio::awaitable<void> PlaybackLeg::AwaitEnd(int reconnects, Clock::Time until) {
  const KnownFacts& known = facts_.known();
  std::function<bool()> settled = [this, &known, reconnects] {
    return known.playback_end != PlaybackEnd::kNone || known.reconnects != reconnects || facts_.Ending();
  };
  co_await facts_.WaitUntil(settled, until);
}

}  // namespace benari::control
