#include "control/call/call.h"

#include <algorithm>
#include <utility>

#include "control/call/ask_after.h"
#include "control/call/destination_end.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kUnansweredPause(1000);
constexpr int kAttempts = 5;                     // at a request without an answer
constexpr std::chrono::seconds kNodesReturn(3);  // after Asterisk: media nodes may have been cut off too

// Of a destination: no earlier process will have used it for this call.
int UnusedNumber(const Timers& timers) {
  constexpr int64_t kMost = 1'000'000'000;
  const auto now = timers.WallNow().time_since_epoch();
  return static_cast<int>(2 + std::chrono::duration_cast<std::chrono::milliseconds>(now).count() % kMost);
}

}  // namespace

Call::Call(const CallContext& context, std::string call_id, CallConfig config, int destination_number)
    : config_(std::move(config)),
      context_(context.With(config_)),
      id_(std::move(call_id)),
      destination_(context.ids.Destination(id_, destination_number)),
      started_(context.timers.Now()),
      mailbox_(context.executor, context.timers, id_),
      journal_(context.history, context.timers, id_),
      undo_([this](bool last) { return PauseUndo(last); },
            [this](const std::string& step, const std::string& what) {
              undone_ = false;
              context_.metrics.UndoFailed(step);
              journal_.Warning("undo failed", {{"step", step}, {"why", what}});
            }),
      bridge_(context_, id_, mailbox_, undo_),
      media_(context_, id_, mailbox_, undo_, bridge_, journal_) {
  context_.metrics.PhaseEntered(phase());
  undo_.Defer(ToString(UndoStep::kLetCallerGo), [this] { return LetCallerGo(); });
}

void Call::TakeOver(const Found& found) {
  if (found.bridge_age.has_value()) {
    bridge_.TakeOver();
    echo_began_ = started_ - *found.bridge_age;
  }
  media_.TakeOver(found.last_media_number, found.media_numbers, found.lease);
  destination_ = context_.ids.Destination(id_, found.destination.value_or(UnusedNumber(context_.timers)));
  if (found.destination.has_value()) {
    originated_ = true;
    undo_.Defer(ToString(UndoStep::kHangUpDestination),
                [this, id = destination_] { return HangUpDestination(id); });
  }
}

bool Call::Owns(const ResourceId& resource) const {
  switch (resource.kind) {
    case ResourceKind::kDestination:
      return context_.ids.Destination(id_, resource.number) == destination_;
    case ResourceKind::kMedia:
      return resource.number <= media_.last_number();
    case ResourceKind::kBridge:
      break;
  }
  return true;
}

asio::awaitable<void> Call::Run() {
  CallOver over(CallOutcome::kFailed, "congestion", "");
  try {
    co_await DialPlan();
  } catch (const CallOver& end) {
    over = end;
  } catch (const ari::Error& error) {
    over.why = error.what();
    caller_may_be_gone_ = error.kind == ari::ErrorKind::kHttp;
    const bool overloaded = error.kind == ari::ErrorKind::kOverloaded && phase() == CallPhase::kSetup;
    if (overloaded) over = CallOver(Refusal::kOverloaded, error.what());
  } catch (const std::exception& error) {
    over.why = error.what();
  }
  if (caller_may_be_gone_) {
    std::function<bool()> ending = [this] { return mailbox_.Ending(); };
    const Clock::Time until = context_.timers.Now() + kNewsMayFollow;
    co_await mailbox_.WaitUntil(ending, until);
  }
  co_await Release(over);
}

asio::awaitable<void> Call::Refuse(Refusal refusal) {
  const CallOver over(refusal, ToString(refusal));
  co_await Release(over);
}

// Echo for a while, then the destination.
asio::awaitable<void> Call::DialPlan() {
  mailbox_.StillUp();
  co_await media_.DropOlder();
  if (!originated_) {
    if (EchoEnd() > context_.timers.Now()) co_await Echo();
    co_await mailbox_.UntilBack();  // without Asterisk the echo can go on, and nothing else can
    mailbox_.StillUp();
  }
  if (media_.made()) co_await media_.Drop();
  bool answered = false;
  while (!answered) {
    while (!originated_) co_await Originate();
    answered = co_await AwaitAnswer();
  }
  co_await Talk();
}

asio::awaitable<void> Call::Echo() {
  if (!media_.made()) co_await StartMedia();
  co_await AnswerCaller();
  if (!echo_began_.has_value()) echo_began_ = context_.timers.Now();
  SetPhase(CallPhase::kEcho);
  bool with_media = true;
  while (with_media && EchoEnd() > context_.timers.Now()) {
    std::function<bool()> something = [this] {
      return media_.lost() || Unheard() || Transferred() || mailbox_.Ending() || !IsJoinedTo(media_.id());
    };
    const bool woken = co_await mailbox_.WaitUntil(something, EchoEnd());
    mailbox_.StillUp();
    if (!woken) co_return;
    if (Unheard())
      throw CallOver(CallOutcome::kNoMedia, "congestion", "no media: " + mailbox_.news().media_missing);
    if (media_.lost()) {
      with_media = co_await ReplaceMedia();
    } else {
      co_await Reunite(media_.id());
    }
  }
}

// Once the join was asked for the caller may hear its echo, whatever became of the request: Echo looks again.
asio::awaitable<void> Call::StartMedia() {
  std::optional<ari::Error> unanswered;
  try {
    co_await media_.Make();
  } catch (const MediaError& error) {
    const bool no_port = error.kind == MediaErrorKind::kExhausted;
    throw CallOver(no_port ? Refusal::kNoPort : Refusal::kNoMedia, error.what());
  } catch (const ari::Error& error) {
    const bool may_be_heard = error.unanswered() && !error.never_sent();
    if (!may_be_heard || !mailbox_.channel(media_.id()).created) throw;
    unanswered = error;
  }
  if (unanswered.has_value()) co_await WaitForAnswers(*unanswered);
}

// False: there is no other media, and the call goes on without. While Asterisk does not answer the caller may
// well hear the media that this process cannot reach.
asio::awaitable<bool> Call::ReplaceMedia() {
  co_await mailbox_.UntilBack();
  mailbox_.StillUp();
  const bool regained = co_await media_.Regain();
  if (regained) {
    journal_.Info("media runs all the same", {{"media", media_.id()}, {"node", media_.node()}});
    co_return true;
  }
  std::string failure;
  std::optional<ari::Error> unanswered;
  try {
    co_await media_.Replace();
    context_.metrics.media_replaced.Increment();
    journal_.Info("media replaced", {{"media", media_.id()}, {"node", media_.node()}});
  } catch (const MediaError& error) {
    failure = error.what();
  } catch (const ari::Error& error) {
    failure = error.what();
    if (error.unanswered()) unanswered = error;
  }
  if (!unanswered.has_value() && !failure.empty()) {
    const Clock::Time asked = context_.timers.Now();
    unanswered = co_await AskAfter(context_.ari, id_, mailbox_);
    const bool late = context_.timers.Now() - asked > kNewsMayFollow;  // it may have been cut off until now
    if (late && nodes_return_by_ == Clock::Time{}) nodes_return_by_ = context_.timers.Now() + kNodesReturn;
  }
  if (unanswered.has_value()) {
    co_await WaitForAnswers(*unanswered);
    co_return true;  // it is still lost, and that is looked at again
  }
  if (!failure.empty() && context_.timers.Now() < nodes_return_by_) {
    co_await PauseUnlessEnding();
    co_return true;
  }
  co_await undo_.RetryFailed();
  if (failure.empty()) co_return true;
  if (context_.config.on_media_lost == OnMediaLost::kHangUp) {
    throw CallOver(CallOutcome::kNoMedia, "congestion", "media lost: " + failure);
  }
  journal_.Warning("media not replaced", {{"why", failure}});
  co_return false;
}

// Where the dial plan has not: as soon as there is something to hear, and not for who is refused.
asio::awaitable<void> Call::AnswerCaller() {
  const ChannelNews& caller = mailbox_.channel(id_);
  for (int attempt = 1; !caller.up; ++attempt) {
    std::optional<ari::Error> failure;
    try {
      const std::string channel = mailbox_.ChannelIn(id_);
      co_await context_.ari.AnswerChannel(channel);
      mailbox_.Tell([this](CallNews& news) { news.channels[id_].up = true; });
      journal_.Info("caller answered");
    } catch (const ari::Error& error) {
      failure = error;
    }
    if (failure.has_value()) co_await AskAfter(context_.ari, id_, mailbox_);
    mailbox_.StillUp();
    if (caller.up) co_return;
    if (!failure->unanswered() || attempt == kAttempts) throw *failure;
    co_await WaitForAnswers(*failure);
  }
}

asio::awaitable<void> Call::Originate() {
  SetPhase(CallPhase::kDialing);
  co_await mailbox_.UntilBack();  // who answers an application that nobody serves is hung up
  mailbox_.StillUp();
  originated_ = true;
  const UndoStack::Handle hang_up = undo_.Defer(ToString(UndoStep::kHangUpDestination),
                                                [this, id = destination_] { return HangUpDestination(id); });
  ari::OriginateRequest request(destination_, context_.config.destination);
  request.app_args = "dialed";
  request.caller_id = context_.config.caller_id;
  request.formats = context_.config.format;
  request.timeout_s = static_cast<int>(context_.config.dial_timeout.count());
  journal_.Info("dialing", {{"endpoint", request.endpoint}});
  dialed_after_reconnects_ = mailbox_.news().reconnects;
  std::optional<ari::Error> unanswered;
  try {
    co_await context_.ari.Originate(request);
    mailbox_.Tell([this](CallNews& news) { news.channels[destination_].created = true; });
  } catch (const ari::Error& error) {
    if (error.never_sent()) undo_.Forget(hang_up);
    if (!error.unanswered()) throw;
    unanswered = error;
  }
  if (unanswered.has_value()) co_await WaitForAnswers(*unanswered);
  if (unanswered.has_value() && unanswered->never_sent()) {
    originated_ = false;
  } else if (unanswered.has_value() || WasAwaySinceDialed()) {
    co_await AskAfterDestination();
    if (LostUnheard(mailbox_.channel(destination_))) DialAnew();
  }
  mailbox_.StillUp();
}

// Until Asterisk has answered what became of it.
asio::awaitable<void> Call::AskAfterDestination() {
  while (true) {
    const std::optional<ari::Error> unanswered = co_await AskAfter(context_.ari, destination_, mailbox_);
    if (!unanswered.has_value()) co_return;
    co_await WaitForAnswers(*unanswered);
  }
}

void Call::DialAnew() {
  journal_.Info("destination lost while Asterisk was away", {{"channel", destination_}});
  destination_ = context_.ids.Destination(id_, UnusedNumber(context_.timers));
  originated_ = false;
}

// After a request without an answer, which says nothing about the call: waits until Asterisk is connected,
// and what happened meanwhile is known.
asio::awaitable<void> Call::WaitForAnswers(ari::Error error) {
  journal_.Warning("Asterisk does not answer, trying again", {{"why", error.what()}});
  co_await PauseUnlessEnding();
  co_await mailbox_.UntilBack();
  mailbox_.StillUp();
  nodes_return_by_ = context_.timers.Now() + kNodesReturn;
}

asio::awaitable<void> Call::PauseUnlessEnding() {
  std::function<bool()> ending = [this] { return mailbox_.Ending(); };
  const Clock::Time until = context_.timers.Now() + kUnansweredPause;
  co_await mailbox_.WaitUntil(ending, until);
}

// False: it was lost while Asterisk was away, and has to be dialled again.
asio::awaitable<bool> Call::AwaitAnswer() {
  SetPhase(CallPhase::kDialing);
  const Clock::Time began = context_.timers.Now();
  const ChannelNews& destination = mailbox_.channel(destination_);
  std::function<bool()> settled = [this, &destination] {
    return destination.started || destination.gone || mailbox_.Ending();
  };
  // Asterisk gives up by itself after the time-out; the margin is for its news to arrive.
  const Clock::Time deadline = began + context_.config.dial_timeout + context_.config.join_timeout;
  const bool in_time = co_await mailbox_.WaitUntil(settled, deadline);
  co_await mailbox_.UntilBack();
  mailbox_.StillUp();
  if (!in_time) co_await AskAfterDestination();
  mailbox_.StillUp();
  if (destination.started) co_return true;
  if (WasAwaySinceDialed() && LostUnheard(destination)) {
    DialAnew();
    co_return false;
  }
  const Clock::Duration rang = context_.timers.Now() - began;
  throw ExplainEnd(destination, rang + kNewsMayFollow >= context_.config.dial_timeout);
}

// Joins them also where an earlier process did: what happened while nobody was there may have left one of
// them with the translation path of another partner.
asio::awaitable<void> Call::Talk() {
  const ChannelNews& destination = mailbox_.channel(destination_);
  if (!destination.in_bridge) journal_.Info("destination answered", {{"channel", destination_}});
  co_await Join(destination_);
  SetPhase(CallPhase::kConnected);
  co_await undo_.RetryFailed();
  while (!destination.gone && !mailbox_.Ending()) {
    std::function<bool()> something = [this, &destination] {
      return destination.gone || mailbox_.Ending() || !IsJoinedTo(destination_) || Transferred();
    };
    co_await mailbox_.WaitUntil(something, Clock::Time::max());
    co_await Reunite(destination_);
  }
  if (destination.gone) throw CallOver(CallOutcome::kCompleted, "normal", "the destination hung up");
  if (mailbox_.caller_gone()) throw CallOver(CallOutcome::kCompleted, "normal", "the caller hung up");
  mailbox_.StillUp();
}

// The caller has left the bridge of its media or destination, or that has: it is about to hang up, or was
// replaced by a transfer, or somebody else moved it, and the other one hears nothing.
asio::awaitable<void> Call::Reunite(std::string leg) {
  const ChannelNews& other = mailbox_.channel(leg);
  std::function<bool()> settled = [this, &leg, &other] {
    return other.gone || mailbox_.Ending() || IsJoinedTo(leg);
  };
  const Clock::Time give_up = context_.timers.Now() + kNewsMayFollow;
  co_await mailbox_.WaitUntil(settled, give_up);
  co_await mailbox_.UntilBack();
  if (settled() && !Transferred()) co_return;
  if (other.gone || mailbox_.Ending()) co_return;
  if (!Transferred()) {
    journal_.Warning("out of the bridge without a hang-up, joined again",
                     {{"caller_in", mailbox_.channel(id_).in_bridge}, {"other_in", other.in_bridge}});
  }
  co_await Join(leg);
}

// Joins the caller with its media or destination. They may hear each other already, and are not parted then,
// whatever becomes of the request.
asio::awaitable<void> Call::Join(std::string leg) {
  for (int attempt = 1;; ++attempt) {
    std::optional<ari::Error> unanswered;
    try {
      if (!bridge_.made()) co_await bridge_.Create();
      mailbox_.StillUp();
      if (!mailbox_.channel(leg).gone) co_await AnswerCaller();
      joined_after_transfers_ = mailbox_.news().transfers;
      const bool caller_is_new = leg != destination_ || mailbox_.news().last_transferred == id_;
      if (!mailbox_.channel(leg).gone)
        co_await bridge_.Join(caller_is_new ? leg : id_, caller_is_new ? id_ : leg);
    } catch (const ari::Error& error) {
      const bool joined = IsJoinedTo(leg);
      if (joined && !error.unanswered()) co_return;
      if (!joined && (!error.unanswered() || attempt >= kAttempts)) throw;
      unanswered = error;
    }
    if (!unanswered.has_value()) co_return;
    co_await WaitForAnswers(*unanswered);
  }
}

Clock::Time Call::EchoEnd() const {
  const auto& echo_time = context_.config.echo_time;
  if (!echo_time.has_value()) return Clock::Time::max();
  if (!echo_began_.has_value()) return echo_time->count() == 0 ? started_ : Clock::Time::max();
  return *echo_began_ + *echo_time;
}

bool Call::Unheard() const {
  const bool missing = media_.never_heard() && !mailbox_.news().media_missing.empty();
  return missing && context_.config.on_no_media == OnNoMedia::kHangUp;
}

void Call::SetPhase(CallPhase next) {
  if (next == phase()) return;
  context_.metrics.PhaseLeft(phase());
  context_.metrics.PhaseEntered(next);
  journal_.EnterPhase(next);
}

}  // namespace benari::control
