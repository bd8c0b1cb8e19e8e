#include "control/call/destination_leg.h"

#include <algorithm>
#include <utility>

#include "control/call/ask_after.h"
#include "control/call/destination_end.h"

namespace benari::control {

namespace asio = boost::asio;

DestinationLeg::DestinationLeg(const CallContext& context, const std::string& call_id, int number,
                               CallFacts& facts, UndoStack& undo, Partners& partners, const MediaLeg& media,
                               Outage& outage, CallJournal& journal)
    : context_(context),
      call_id_(call_id),
      facts_(facts),
      undo_(undo),
      partners_(partners),
      media_(media),
      outage_(outage),
      journal_(journal),
      dialing_{{context.config.destination}, context.config.caller_id, context.config.dial_timeout},
      last_number_(number),
      attempts_(1) {
  attempts_.front().endpoint = context.config.destination;
  attempts_.front().place = context.ids.Destination(call_id, number);
}

void DestinationLeg::Adopt(std::optional<int> number) {
  last_number_ = number.value_or(UnusedNumber(context_.timers.WallNow()));
  attempts_.front().place = context_.ids.Destination(call_id_, last_number_);
  if (number.has_value()) DeferHangUp(attempts_.front());
}

void DestinationLeg::Use(Dialing dialing) {
  dialing_ = std::move(dialing);
  const std::optional<std::string> unused =
      dialled() ? std::nullopt : std::optional<std::string>(attempts_.front().place);
  attempts_.clear();
  chosen_ = 0;
  for (const std::string& endpoint : dialing_.endpoints) {
    const bool first = attempts_.empty() && unused.has_value();
    Attempt& attempt = attempts_.emplace_back();
    attempt.endpoint = endpoint;
    attempt.place = first ? *unused : context_.ids.Destination(call_id_, NextNumber());
  }
}

bool DestinationLeg::Owns(const std::string& place) const {
  return std::any_of(attempts_.begin(), attempts_.end(),
                     [&place](const Attempt& attempt) { return attempt.place == place; });
}

int DestinationLeg::NextNumber() {
  last_number_ = std::max(UnusedNumber(context_.timers.WallNow()), last_number_ + 1);
  return last_number_;
}

// In a call that is adopted the caller may hear the ringback although the destination has answered.
asio::awaitable<void> DestinationLeg::Dial() {
  journal_.EnterPhase(CallPhase::kDialing);
  const bool waits = context_.config.ringback != Ringback::kNone && !facts_.channel(place()).in_bridge;
  ringback_ = waits && !HearsBot();
  if (ringback_ && !facts_.channel(place()).started) co_await partners_.StartRingback();
  bool answered = false;
  while (!answered) {
    co_await OriginateAll();
    answered = co_await AwaitAnswer();
  }
  Choose();
  if (ringback_) co_await StopRingback();
}

// Of two that answer at the same moment the first one counts, unless it has gone already.
void DestinationLeg::Choose() {
  for (const bool gone : {true, false}) {
    for (size_t i = attempts_.size(); i-- > 0;) {
      const ChannelFacts& channel = FactsOf(attempts_[i]);
      if (channel.started && channel.gone == gone) chosen_ = i;
    }
  }
}

asio::awaitable<void> DestinationLeg::HangUpOthers() {
  for (size_t i = 0; i < attempts_.size(); ++i) {
    if (i != chosen_) co_await HangUp(attempts_[i]);
  }
}

asio::awaitable<void> DestinationLeg::HangUp(Attempt& attempt) {
  if (!attempt.hang_up.has_value()) co_return;
  const UndoStack::Handle hang_up = *std::exchange(attempt.hang_up, std::nullopt);
  co_await undo_.RunNow(hang_up);
}

asio::awaitable<void> DestinationLeg::Drop() {
  for (Attempt& attempt : attempts_) co_await HangUp(attempt);
  Use(dialing_);  // not before: one that answers meanwhile would be nobody's
  if (ringback_) co_await StopRingback();
}

// A failure does not delay the join, which ends a ringing tone in Asterisk 22.10; Talk retries it.
asio::awaitable<void> DestinationLeg::StopRingback() {
  ringback_ = false;
  const UndoStack::Handle stop =
      undo_.Defer(ToString(UndoStep::kStopRingback), [this] { return partners_.StopRingback(); });
  co_await undo_.RunNow(stop);
  facts_.ThrowIfEnding();
}

// Where several are dialled, one that Asterisk refuses is only one less.
asio::awaitable<void> DestinationLeg::OriginateAll() {
  for (Attempt& attempt : attempts_) {
    while (!attempt.dialled && !HasAnswered()) {
      try {
        co_await Originate(attempt);
      } catch (const ari::Error& error) {
        if (error.kind != ari::ErrorKind::kHttp || attempts_.size() == 1) throw;
        journal_.Warning("not dialled", {{"endpoint", attempt.endpoint}, {"why", error.what()}});
        attempt.refused = true;
      }
    }
  }
}

asio::awaitable<void> DestinationLeg::Originate(Attempt& attempt) {
  co_await facts_
      .WaitUntilResynced();  // a channel that enters an application without a subscriber is hung up
  facts_.ThrowIfEnding();
  DeferHangUp(attempt);
  ari::OriginateRequest request(attempt.place, attempt.endpoint);
  request.app_args = "dialed";
  request.caller_id = dialing_.caller_id;
  request.formats = FormatOf(context_.config).name;
  request.timeout_s = static_cast<int>(dialing_.timeout.count());
  journal_.Info("dialing", {{"endpoint", request.endpoint}});
  attempt.dialled_after_reconnects = facts_.known().reconnects;
  std::optional<ari::Error> unanswered;
  try {
    co_await context_.ari.Originate(request);
    facts_.ChannelCreated(attempt.place);
  } catch (const ari::Error& error) {
    attempt.dialled = !error.never_sent();
    if (error.never_sent()) undo_.Forget(*std::exchange(attempt.hang_up, std::nullopt));
    if (!error.unanswered()) throw;
    unanswered = error;
  }
  if (unanswered.has_value()) co_await outage_.WaitUntilOver(*unanswered);
  if (attempt.dialled && (unanswered.has_value() || WasAwaySinceDialled(attempt))) {
    co_await AskAfter(attempt.place);
    if (LostUnheard(FactsOf(attempt))) DialAnew(attempt);
  }
  facts_.ThrowIfEnding();
}

bool DestinationLeg::HasAnswered() const {
  return std::any_of(attempts_.begin(), attempts_.end(),
                     [this](const Attempt& attempt) { return FactsOf(attempt).started; });
}

bool DestinationLeg::AllAreGone() const {
  return std::all_of(attempts_.begin(), attempts_.end(),
                     [this](const Attempt& attempt) { return attempt.refused || FactsOf(attempt).gone; });
}

asio::awaitable<bool> DestinationLeg::WaitAndTell(std::function<bool()> settled, Clock::Time deadline) {
  std::function<bool()> settled_or_news = [this, &settled] {
    return settled() || (on_news_ && facts_.changes() != told_changes_);
  };
  while (true) {
    const bool woken = co_await facts_.WaitUntil(settled_or_news, deadline);
    const bool news = std::exchange(told_changes_, facts_.changes()) != facts_.changes();
    if (news && on_news_) on_news_();
    if (!woken || settled()) co_return woken;
  }
}

// A bot that stays with the caller may leave first, and then the ringback begins.
asio::awaitable<bool> DestinationLeg::WaitUntil(std::function<bool()> settled, Clock::Time deadline) {
  std::function<bool()> settled_or_silent = [this, &settled] {
    return settled() || (dialing_.bot_stays && !ringback_ && !media_.BotTalks());
  };
  asio::awaitable<bool> waiting = WaitAndTell(settled_or_silent, deadline);
  bool in_time = co_await std::move(waiting);
  if (!in_time || settled()) co_return in_time;
  ringback_ = context_.config.ringback != Ringback::kNone;
  co_await partners_.StartRingback();
  waiting = WaitAndTell(std::move(settled), deadline);
  in_time = co_await std::move(waiting);
  co_return in_time;
}

// Returns false if a channel was lost while Asterisk was away, so that it has to be dialled again.
asio::awaitable<bool> DestinationLeg::AwaitAnswer() {
  const Clock::Time began = context_.timers.Now();
  std::function<bool()> settled = [this] { return HasAnswered() || AllAreGone() || facts_.Ending(); };
  // Asterisk applies the dial timeout by itself; the margin is for the event to arrive.
  const Clock::Time deadline = began + dialing_.timeout + context_.config.join_timeout;
  asio::awaitable<bool> waiting = WaitUntil(settled, deadline);
  const bool in_time = co_await std::move(waiting);
  co_await facts_.WaitUntilResynced();
  facts_.ThrowIfEnding();
  for (const Attempt& attempt : attempts_) {
    if (!in_time && !FactsOf(attempt).gone) co_await AskAfter(attempt.place);
  }
  facts_.ThrowIfEnding();
  if (HasAnswered()) co_return true;
  if (DialAnewWhatWasLost()) co_return false;
  const auto first = std::find_if(attempts_.begin(), attempts_.end(),
                                  [](const Attempt& attempt) { return !attempt.refused; });
  if (first == attempts_.end())
    throw CallOver(CallOutcome::kDestinationFailed, "congestion", "Asterisk dials none of them");
  const Clock::Duration rang = context_.timers.Now() - began;
  throw ExplainEnd(FactsOf(*first), rang + kEventMayFollow >= dialing_.timeout);
}

// Queries the state of a channel until Asterisk has answered.
asio::awaitable<void> DestinationLeg::AskAfter(std::string place) {
  while (true) {
    const std::optional<ari::Error> unanswered = co_await control::AskAfter(context_.ari, place, facts_);
    if (!unanswered.has_value()) co_return;
    co_await outage_.WaitUntilOver(*unanswered);
  }
}

bool DestinationLeg::IsLost(const Attempt& attempt) const {
  return WasAwaySinceDialled(attempt) && LostUnheard(FactsOf(attempt));
}

bool DestinationLeg::DialAnewWhatWasLost() {
  bool lost = false;
  for (Attempt& attempt : attempts_) {
    if (!IsLost(attempt)) continue;
    DialAnew(attempt);
    lost = true;
  }
  return lost;
}

void DestinationLeg::DialAnew(Attempt& attempt) {
  journal_.Info("destination lost while Asterisk was away", {{"channel", attempt.place}});
  attempt.place = context_.ids.Destination(call_id_, NextNumber());
  attempt.dialled = false;
  attempt.hang_up.reset();
}

// Joins them even if an earlier process did: events that no process saw may have left one of them with the
// translation path of another partner.
asio::awaitable<void> DestinationLeg::Talk() {
  const ChannelFacts& destination = facts_.channel(place());
  if (!destination.in_bridge) journal_.Info("destination answered", {{"channel", place()}});
  Partners::Leg leg{place(), /*stays=*/false};
  co_await partners_.Join(leg);
  co_await HangUpOthers();  // not before: what is slow there must not keep the two apart
  journal_.EnterPhase(CallPhase::kConnected);
  co_await undo_.RetryFailed();
  while (!destination.gone && !facts_.Ending()) {
    std::function<bool()> something = [this, &destination] {
      return destination.gone || facts_.Ending() || !partners_.AreJoined(place());
    };
    asio::awaitable<bool> waiting = WaitAndTell(std::move(something), Clock::Time::max());
    co_await std::move(waiting);
    co_await partners_.Reunite(leg);
  }
  if (destination.gone) throw CallOver(CallOutcome::kCompleted, "normal", "the destination hung up");
  if (facts_.caller_gone()) throw CallOver(CallOutcome::kCompleted, "normal", "the caller hung up");
  facts_.ThrowIfEnding();
}

void DestinationLeg::DeferHangUp(Attempt& attempt) {
  facts_.ChannelExpected(attempt.place);
  attempt.dialled = true;
  attempt.hang_up = undo_.Defer(ToString(UndoStep::kHangUpDestination), [this, place = attempt.place] {
    return HangUpPlace(context_.ari, facts_, place);
  });
}

}  // namespace benari::control
