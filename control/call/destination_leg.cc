#include "control/call/destination_leg.h"

#include <utility>

#include "control/call/ask_after.h"
#include "control/call/destination_end.h"

namespace benari::control {

namespace asio = boost::asio;

DestinationLeg::DestinationLeg(const CallContext& context, const std::string& call_id, int number,
                               CallFacts& facts, UndoStack& undo, Partners& partners, Outage& outage,
                               CallJournal& journal)
    : context_(context),
      call_id_(call_id),
      facts_(facts),
      undo_(undo),
      partners_(partners),
      outage_(outage),
      journal_(journal),
      dialing_{context.config.destination, context.config.caller_id, context.config.dial_timeout},
      place_(context.ids.Destination(call_id, number)) {}

void DestinationLeg::Adopt(std::optional<int> number) {
  place_ = context_.ids.Destination(call_id_, number.value_or(UnusedNumber(context_.timers.WallNow())));
  if (!number.has_value()) return;
  DeferHangUp();
}

// In a call that is adopted the caller may hear the ringback although the destination has answered.
asio::awaitable<void> DestinationLeg::Dial() {
  journal_.EnterPhase(CallPhase::kDialing);
  const bool waits = context_.config.ringback != Ringback::kNone && !facts_.channel(place_).in_bridge;
  if (waits) ringback_ = true;
  if (waits && !facts_.channel(place_).started) co_await partners_.StartRingback();
  bool answered = false;
  while (!answered) {
    while (!dialled()) co_await Originate();
    answered = co_await AwaitAnswer();
  }
  if (waits) co_await StopRingback();
}

// A failure does not delay the join, which ends a ringing tone in Asterisk 22.10; Talk retries it.
asio::awaitable<void> DestinationLeg::StopRingback() {
  ringback_ = false;
  const UndoStack::Handle stop =
      undo_.Defer(ToString(UndoStep::kStopRingback), [this] { return partners_.StopRingback(); });
  co_await undo_.RunNow(stop);
  facts_.ThrowIfEnding();
}

asio::awaitable<void> DestinationLeg::Originate() {
  co_await facts_
      .WaitUntilResynced();  // a channel that enters an application without a subscriber is hung up
  facts_.ThrowIfEnding();
  DeferHangUp();
  ari::OriginateRequest request(place_, dialing_.endpoint);
  request.app_args = "dialed";
  request.caller_id = dialing_.caller_id;
  request.formats = FormatOf(context_.config).name;
  request.timeout_s = static_cast<int>(dialing_.timeout.count());
  journal_.Info("dialing", {{"endpoint", request.endpoint}});
  dialled_after_reconnects_ = facts_.known().reconnects;
  std::optional<ari::Error> unanswered;
  try {
    co_await context_.ari.Originate(request);
    facts_.ChannelCreated(place_);
  } catch (const ari::Error& error) {
    if (error.never_sent()) undo_.Forget(*std::exchange(hang_up_, std::nullopt));
    if (!error.unanswered()) throw;
    unanswered = error;
  }
  if (unanswered.has_value()) co_await outage_.WaitUntilOver(*unanswered);
  const bool sent = !unanswered.has_value() || !unanswered->never_sent();
  if (sent && (unanswered.has_value() || WasAwaySinceDialled())) {
    co_await AskAfterIt();
    if (LostUnheard(facts_.channel(place_))) DialAnew();
  }
  facts_.ThrowIfEnding();
}

// Returns false if the channel was lost while Asterisk was away, so that it has to be dialled again.
asio::awaitable<bool> DestinationLeg::AwaitAnswer() {
  const Clock::Time began = context_.timers.Now();
  const ChannelFacts& destination = facts_.channel(place_);
  std::function<bool()> settled = [this, &destination] {
    return destination.started || destination.gone || facts_.Ending();
  };
  // Asterisk applies the dial timeout by itself; the margin is for the event to arrive.
  const Clock::Time deadline = began + dialing_.timeout + context_.config.join_timeout;
  const bool in_time = co_await facts_.WaitUntil(settled, deadline);
  co_await facts_.WaitUntilResynced();
  facts_.ThrowIfEnding();
  if (!in_time) co_await AskAfterIt();
  facts_.ThrowIfEnding();
  if (destination.started) co_return true;
  if (WasAwaySinceDialled() && LostUnheard(destination)) {
    DialAnew();
    co_return false;
  }
  const Clock::Duration rang = context_.timers.Now() - began;
  throw ExplainEnd(destination, rang + kEventMayFollow >= dialing_.timeout);
}

// Queries the state of the destination until Asterisk has answered.
asio::awaitable<void> DestinationLeg::AskAfterIt() {
  while (true) {
    const std::optional<ari::Error> unanswered = co_await AskAfter(context_.ari, place_, facts_);
    if (!unanswered.has_value()) co_return;
    co_await outage_.WaitUntilOver(*unanswered);
  }
}

void DestinationLeg::Use(Dialing dialing) {
  dialing_ = std::move(dialing);
  if (dialled()) NextPlace();
}

asio::awaitable<void> DestinationLeg::Drop() {
  if (dialled()) {
    const UndoStack::Handle hang_up = *hang_up_;
    NextPlace();
    co_await undo_.RunNow(hang_up);
  }
  if (ringback_) co_await StopRingback();
}

void DestinationLeg::DialAnew() {
  journal_.Info("destination lost while Asterisk was away", {{"channel", place_}});
  NextPlace();
}

void DestinationLeg::NextPlace() {
  place_ = context_.ids.Destination(call_id_, UnusedNumber(context_.timers.WallNow()));
  hang_up_.reset();
}

// Joins them even if an earlier process did: events that no process saw may have left one of them with the
// translation path of another partner.
asio::awaitable<void> DestinationLeg::Talk() {
  const ChannelFacts& destination = facts_.channel(place_);
  if (!destination.in_bridge) journal_.Info("destination answered", {{"channel", place_}});
  Partners::Leg leg{place_, /*stays=*/false};
  co_await partners_.Join(leg);
  journal_.EnterPhase(CallPhase::kConnected);
  co_await undo_.RetryFailed();
  while (!destination.gone && !facts_.Ending()) {
    std::function<bool()> something = [this, &destination] {
      return destination.gone || facts_.Ending() || !partners_.AreJoined(place_);
    };
    co_await facts_.WaitUntil(something, Clock::Time::max());
    co_await partners_.Reunite(leg);
  }
  if (destination.gone) throw CallOver(CallOutcome::kCompleted, "normal", "the destination hung up");
  if (facts_.caller_gone()) throw CallOver(CallOutcome::kCompleted, "normal", "the caller hung up");
  facts_.ThrowIfEnding();
}

void DestinationLeg::DeferHangUp() {
  facts_.ChannelExpected(place_);
  hang_up_ = undo_.Defer(ToString(UndoStep::kHangUpDestination),
                         [this, place = place_] { return HangUpPlace(context_.ari, facts_, place); });
}

}  // namespace benari::control
