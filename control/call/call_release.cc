// The end of a call: its resources are released, and its caller is let go.
#include <algorithm>
#include <map>
#include <utility>

#include "control/ari/removal.h"
#include "control/call/ask_after.h"
#include "control/call/call.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kUndoPause(250);
constexpr std::chrono::milliseconds kLastUndoPause(1000);

int64_t Ms(Clock::Duration duration) { return duration / std::chrono::milliseconds(1); }

}  // namespace

asio::awaitable<void> Call::Release(CallOver over) {
  const Clock::Time began = context_.timers.Now();
  outcome_ = over.outcome;
  caller_reason_ = over.reason;
  bot_result_ = over.bot_result;
  journal_.EnterPhase(CallPhase::kReleasing);
  co_await undo_.RunAll();
  const Clock::Time now = context_.timers.Now();
  context_.metrics.release_seconds.Observe(std::chrono::duration<double>(now - began).count());
  context_.metrics.CallEnded(outcome_);
  if (over.refusal.has_value()) context_.metrics.CallRefused(*over.refusal);
  const log::Level level = outcome_ == CallOutcome::kFailed ? log::Level::kWarning : log::Level::kInfo;
  journal_.Tell(level, "call ended",
                {{"outcome", ToString(outcome_)},
                 {"why", over.why},
                 {"ms", Ms(now - started_)},
                 {"release_ms", Ms(now - began)}});
  journal_.End(outcome_, over.why);
}

// Waits before a failed step is retried: while Asterisk is away it is not known what remains to be undone.
asio::awaitable<void> Call::PauseUndo(bool last) {
  const KnownFacts& known = facts_.known();
  std::function<bool()> may_go_on = [&known] {
    return !known.away || known.stop ||
           std::all_of(known.channels.begin(), known.channels.end(),
                       [](const auto& each) { return each.second.gone; });
  };
  std::function<bool()> hopeless = [&known] { return known.stop && known.away; };
  const Clock::Time until = context_.timers.Now() + (last ? kLastUndoPause : kUndoPause);
  co_await facts_.WaitUntil(hopeless, until);
  if (last) co_await facts_.WaitUntil(may_go_on, Clock::Time::max());
}

// The phone that transferred hangs up by itself; if it does not, it is hung up with the call. A call that is
// being released may have undone the place already, so the newcomer is hung up as well.
void Call::OnTransfer(const std::string& left, const std::string& newcomer) {
  facts_.ChannelTransferred(left, newcomer);
  const bool by_caller = facts_.known().last_transferred == id_;
  journal_.Info("transferred", {{"by", by_caller ? "caller" : "destination"}, {"to", newcomer}});
  std::map<std::string, std::string> leftovers = {{left, "normal"}};  // channel and reason of the hang-up
  if (phase() == CallPhase::kReleasing) leftovers[newcomer] = by_caller ? caller_reason_ : "normal";
  for (const auto& [channel, reason] : leftovers) {
    undo_.Defer(ToString(UndoStep::kHangUpTransferred),
                [this, channel, reason] { return HangUpChannel(context_.ari, facts_, channel, reason); });
  }
}

asio::awaitable<void> Call::ContinueInDialplan(std::string caller) {
  try {
    if (bot_result_.has_value()) {
      const std::string name = "BENARI_BOT_RESULT", value = ToString(*bot_result_);
      co_await context_.ari.SetVariable(caller, name, value);
    }
    const std::string next_priority;
    co_await context_.ari.ContinueInDialplan(caller, next_priority, next_priority);
  } catch (const ari::Error& error) {
    if (!error.not_found()) throw;
  }
  // The event may be lost. A caller that is in the application from now on has come back.
  facts_.ChannelGone(caller, 0);
}

// Hangs up the caller, or lets it continue in the dial plan, after its bot or if it was not admitted.
asio::awaitable<void> Call::LetCallerGo() {
  const std::string caller = facts_.ChannelIn(id_);
  bool there = !facts_.caller_gone();
  if (there) ThrowIfAway(facts_.known());
  const bool no_room = outcome_ == CallOutcome::kRefused && context_.config.when_full == WhenFull::kContinue;
  if (there && (no_room || bot_result_.has_value())) {
    co_await ContinueInDialplan(caller);
    co_return;
  }
  if (there) there = co_await ari::HangUpIfThere(context_.ari, caller, caller_reason_);
  if (!there && caller_may_be_gone_) outcome_ = CallOutcome::kCallerHungUp;
}

}  // namespace benari::control
