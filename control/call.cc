#include "control/call.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/requests.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kUnansweredPause(1000);

// What a destination's end means for the call, and what the caller is told. A Local channel hides the cause
// (Q.850) of what is behind it as 0, the status of its Dial events does not; an extension that does not exist
// gives neither.
CallOver Explain(const ChannelNews& destination, bool timed_out) {
  const std::string why = absl::StrCat("the destination was not reached, cause ", destination.cause, " ",
                                       destination.dial_status);
  const auto is = [&destination](std::initializer_list<int> causes, const char* status) {
    const bool named = std::find(causes.begin(), causes.end(), destination.cause) != causes.end();
    return named || (destination.cause == 0 && destination.dial_status == status);
  };
  if (is({17}, "BUSY")) return CallOver(CallOutcome::kDestinationBusy, "busy", why);
  if (is({1, 2, 3, 28}, "")) return CallOver(CallOutcome::kDestinationUnknown, "unallocated", why);
  if (timed_out || is({18, 19}, "NOANSWER"))
    return CallOver(CallOutcome::kDestinationNoAnswer, "no_answer", why);
  return CallOver(CallOutcome::kDestinationFailed, "congestion", why);
}

// Of a destination: no earlier process will have used it for this call.
int UnusedNumber(const Timers& timers) {
  constexpr int64_t kMost = 1'000'000'000;
  const auto now = timers.WallNow().time_since_epoch();
  return static_cast<int>(2 + std::chrono::duration_cast<std::chrono::milliseconds>(now).count() % kMost);
}

int64_t Ms(Clock::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

Call::Call(const CallContext& context, std::string call_id, int destination_number)
    : context_(context),
      id_(std::move(call_id)),
      destination_(context.ids.Destination(id_, destination_number)),
      started_(context.timers.Now()),
      mailbox_(context.executor, context.timers, id_),
      journal_(context.history, context.timers, id_),
      undo_([this](const std::string& step, const std::string& what) {
        context_.metrics.UndoFailed(step);
        journal_.Warning("undo failed", {{"step", step}, {"why", what}});
      }),
      bridge_(context, id_, mailbox_, undo_),
      media_(context, id_, mailbox_, undo_, bridge_, journal_) {
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
    if (!originated_) co_await Originate();
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
  while (with_media) {
    std::function<bool()> something = [this] {
      return media_.lost() || Unheard() || Transferred() || mailbox_.Ending();
    };
    const bool woken = co_await mailbox_.WaitUntil(something, EchoEnd());
    mailbox_.StillUp();
    if (!woken) co_return;
    if (Unheard())
      throw CallOver(CallOutcome::kNoMedia, "congestion", "no media: " + mailbox_.news().media_missing);
    if (media_.lost()) {
      with_media = co_await ReplaceMedia();
    } else {
      co_await RejoinEcho();
    }
  }
}

// Who took the caller's place by a transfer is in the bridge: see CallBridge::Join.
asio::awaitable<void> Call::RejoinEcho() {
  co_await mailbox_.UntilBack();
  joined_after_transfers_ = mailbox_.news().transfers;
  co_await bridge_.Join(media_.id(), id_);
}

asio::awaitable<void> Call::StartMedia() {
  try {
    co_await media_.Make();
  } catch (const MediaError& error) {
    const bool no_port = error.kind == MediaErrorKind::kExhausted;
    throw CallOver(no_port ? Refusal::kNoPort : Refusal::kNoMedia, error.what());
  }
}

// False: there is no other media, and the call goes on without.
asio::awaitable<bool> Call::ReplaceMedia() {
  co_await mailbox_.UntilBack();
  mailbox_.StillUp();
  std::string failure, unanswered;
  try {
    co_await media_.Replace();
    context_.metrics.media_replaced.Increment();
    journal_.Info("media replaced", {{"media", media_.id()}, {"node", media_.node()}});
    co_return true;
  } catch (const MediaError& error) {
    failure = error.what();
  } catch (const ari::Error& error) {
    if (!error.unanswered()) throw;
    unanswered = error.what();
  }
  if (!unanswered.empty()) {  // Asterisk is cut off, or slow; the caller may well hear what is lost to us
    journal_.Warning("Asterisk does not answer, trying again", {{"why", unanswered}});
    std::function<bool()> ending = [this] { return mailbox_.Ending(); };
    const Clock::Time until = context_.timers.Now() + kUnansweredPause;
    co_await mailbox_.WaitUntil(ending, until);
    co_return true;
  }
  if (context_.config.on_media_lost == OnMediaLost::kHangUp) {
    throw CallOver(CallOutcome::kNoMedia, "congestion", "media lost: " + failure);
  }
  journal_.Warning("media not replaced", {{"why", failure}});
  co_return false;
}

// Where the dial plan has not: as soon as there is something to hear, and not for who is refused.
asio::awaitable<void> Call::AnswerCaller() {
  const ChannelNews& caller = mailbox_.channel(id_);
  if (caller.up) co_return;
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
  if (!caller.up) throw *failure;
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
  try {
    co_await context_.ari.Originate(request);
  } catch (const ari::Error& error) {
    if (error.never_sent()) undo_.Forget(hang_up);
    throw;
  }
  mailbox_.Tell([this](CallNews& news) { news.channels[destination_].created = true; });
  if (WasAwaySinceDialed()) co_await AskAfter(context_.ari, destination_, mailbox_);
  mailbox_.StillUp();
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
  co_await mailbox_.WaitUntil(settled, deadline);
  co_await mailbox_.UntilBack();
  mailbox_.StillUp();
  if (destination.started) co_return true;
  if (destination.gone && WasAwaySinceDialed() && destination.cause == 0 && destination.dial_status.empty()) {
    journal_.Info("destination lost while Asterisk was away", {{"channel", destination_}});
    destination_ = context_.ids.Destination(id_, UnusedNumber(context_.timers));
    originated_ = false;
    co_return false;
  }
  const Clock::Duration rang = context_.timers.Now() - began;
  throw Explain(destination, rang + kNewsMayFollow >= context_.config.dial_timeout);
}

// Joins them also where an earlier process did: what happened while nobody was there may have left one of
// them with the translation path of another partner.
asio::awaitable<void> Call::Talk() {
  const ChannelNews& destination = mailbox_.channel(destination_);
  if (!destination.in_bridge) journal_.Info("destination answered", {{"channel", destination_}});
  if (!bridge_.made()) co_await bridge_.Create();
  mailbox_.StillUp();
  if (!destination.gone) co_await AnswerCaller();
  if (!destination.gone) co_await Connect();
  SetPhase(CallPhase::kConnected);
  co_await undo_.RetryFailed();
  while (!destination.gone && !mailbox_.Ending()) {
    std::function<bool()> something = [this, &destination] {
      return destination.gone || mailbox_.Ending() || !BothIn() || Transferred();
    };
    co_await mailbox_.WaitUntil(something, Clock::Time::max());
    co_await Reunite();
  }
  if (destination.gone) throw CallOver(CallOutcome::kCompleted, "normal", "the destination hung up");
  if (mailbox_.caller_gone()) throw CallOver(CallOutcome::kCompleted, "normal", "the caller hung up");
  mailbox_.StillUp();
}

asio::awaitable<void> Call::Connect() {
  joined_after_transfers_ = mailbox_.news().transfers;
  const bool caller_is_new = mailbox_.news().last_transferred == id_;
  co_await bridge_.Join(caller_is_new ? destination_ : id_, caller_is_new ? id_ : destination_);
}

// One who has left the bridge is about to hang up, or was replaced by a transfer, or somebody else moved it,
// and the other one hears nothing.
asio::awaitable<void> Call::Reunite() {
  const ChannelNews& destination = mailbox_.channel(destination_);
  std::function<bool()> settled = [this, &destination] {
    return destination.gone || mailbox_.Ending() || BothIn();
  };
  const Clock::Time give_up = context_.timers.Now() + kNewsMayFollow;
  co_await mailbox_.WaitUntil(settled, give_up);
  co_await mailbox_.UntilBack();
  if (settled() && !Transferred()) co_return;
  if (destination.gone || mailbox_.Ending()) co_return;
  if (!Transferred()) {
    journal_.Warning(
        "moved out of the bridge by another application, joined again",
        {{"caller_in", mailbox_.channel(id_).in_bridge}, {"destination_in", destination.in_bridge}});
  }
  co_await Connect();
}

asio::awaitable<void> Call::Release(CallOver over) {
  const Clock::Time began = context_.timers.Now();
  outcome_ = over.outcome;
  caller_reason_ = over.reason;
  SetPhase(CallPhase::kReleasing);
  co_await undo_.RunAll();
  const Clock::Time now = context_.timers.Now();
  context_.metrics.release_seconds.Observe(std::chrono::duration<double>(now - began).count());
  context_.metrics.CallEnded(outcome_);
  if (over.refusal.has_value()) context_.metrics.CallRefused(*over.refusal);
  context_.metrics.PhaseLeft(phase());
  const log::Level level = outcome_ == CallOutcome::kFailed ? log::Level::kWarning : log::Level::kInfo;
  journal_.Tell(level, "call ended",
                {{"outcome", ToString(outcome_)},
                 {"why", over.why},
                 {"ms", Ms(now - started_)},
                 {"release_ms", Ms(now - began)}});
  journal_.End(outcome_, over.why);
}

asio::awaitable<void> Call::HangUpDestination(std::string place) {
  if (mailbox_.channel(place).gone) co_return;
  co_await HangUpChannel(mailbox_.ChannelIn(place));
}

asio::awaitable<void> Call::HangUpChannel(std::string channel_id) {
  const std::string reason = "normal";
  co_await HangUpIfThere(context_.ari, channel_id, reason);
}

// The phone that transferred hangs up by itself; one that does not is hung up on with the call. A call that
// is being released may have undone the place already.
void Call::OnTransfer(const std::string& left, const std::string& newcomer) {
  mailbox_.Substitute(left, newcomer);
  const bool by_caller = mailbox_.news().last_transferred == id_;
  journal_.Info("transferred", {{"by", by_caller ? "caller" : "destination"}, {"to", newcomer}});
  std::vector<std::string> leftovers = {left};
  if (phase() == CallPhase::kReleasing) leftovers.push_back(newcomer);
  for (const std::string& channel : leftovers) {
    undo_.Defer(ToString(UndoStep::kHangUpTransferred), [this, channel] { return HangUpChannel(channel); });
  }
}

// Hung up, or sent on in the dial plan when there was no room for it here.
asio::awaitable<void> Call::LetCallerGo() {
  const std::string caller = mailbox_.ChannelIn(id_);
  bool there = !mailbox_.caller_gone();
  const bool send_on = outcome_ == CallOutcome::kRefused && context_.config.when_full == WhenFull::kContinue;
  if (there && send_on) {
    const std::string next_priority;
    try {
      co_await context_.ari.ContinueInDialplan(caller, next_priority, next_priority);
    } catch (const ari::Error& error) {
      if (!error.not_found()) throw;
    }
    co_return;
  }
  if (there) there = co_await HangUpIfThere(context_.ari, caller, caller_reason_);
  if (!there && caller_may_be_gone_) outcome_ = CallOutcome::kCallerHungUp;
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
