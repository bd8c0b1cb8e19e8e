#include "control/call/partners.h"

#include <utility>

#include "control/call/ask_after.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr int kAttempts = 5;  // at a request that gets no response
}

asio::awaitable<void> Partners::AnswerCaller() {
  const ChannelFacts& caller = facts_.channel(caller_);
  for (int attempt = 1; !caller.up; ++attempt) {
    std::optional<ari::Error> failure;
    try {
      const std::string channel = facts_.ChannelIn(caller_);
      co_await context_.ari.AnswerChannel(channel);
      facts_.ChannelAnswered(caller_);
      journal_.Info("caller answered");
    } catch (const ari::Error& error) {
      failure = error;
    }
    if (failure.has_value()) co_await AskAfter(context_.ari, caller_, facts_);
    if (caller.up) journal_.CallerAnswered();
    facts_.ThrowIfEnding();
    if (caller.up) co_return;
    if (!failure->unanswered() || attempt == kAttempts) throw *failure;
    co_await outage_.WaitUntilOver(*failure);
  }
}

asio::awaitable<void> Partners::Ring() { return Play(Ringback::kRinging); }

asio::awaitable<void> Partners::StartRingback() { return Play(context_.config.ringback); }

asio::awaitable<void> Partners::Play(Ringback ringback) {
  if (ringback == Ringback::kNone) co_return;
  const bool music = ringback == Ringback::kMusic;
  try {
    const std::string channel = facts_.ChannelIn(caller_);
    if (music) {
      co_await context_.ari.StartMusic(channel);
    } else {
      co_await context_.ari.Ring(channel);
    }
  } catch (const ari::Error& error) {
    journal_.Warning(music ? "caller may hear no music" : "caller may hear no ringing",
                     {{"why", error.what()}});
  }
  facts_.ThrowIfEnding();
}

asio::awaitable<void> Partners::StopRingback() {
  if (facts_.caller_gone()) co_return;
  const bool music = context_.config.ringback == Ringback::kMusic;
  try {
    const std::string channel = facts_.ChannelIn(caller_);
    if (music) {
      co_await context_.ari.StopMusic(channel);
    } else {
      co_await context_.ari.StopRinging(channel);
    }
  } catch (const ari::Error& error) {
    if (!error.not_found()) throw;
  }
}

asio::awaitable<void> Partners::Join(Leg leg) {
  for (int attempt = 1;; ++attempt) {
    std::optional<ari::Error> unanswered;
    try {
      if (!bridge_.made()) co_await bridge_.Create();
      facts_.ThrowIfEnding();
      if (!facts_.channel(leg.place).gone) co_await AnswerCaller();
      joined_after_transfers_ = facts_.known().transfers;
      const bool caller_is_new = leg.stays || facts_.known().last_transferred == caller_;
      if (!facts_.channel(leg.place).gone)
        co_await bridge_.Join(caller_is_new ? leg.place : caller_, caller_is_new ? caller_ : leg.place);
    } catch (const ari::Error& error) {
      const bool joined = BothIn(leg.place);
      if (joined && !error.unanswered()) co_return;
      if (!joined && (!error.unanswered() || attempt >= kAttempts)) throw;
      unanswered = error;
    }
    if (!unanswered.has_value()) co_return;
    co_await outage_.WaitUntilOver(*unanswered);
  }
}

asio::awaitable<void> Partners::Reunite(Leg leg) {
  const ChannelFacts& other = facts_.channel(leg.place);
  std::function<bool()> settled = [this, &leg, &other] {
    return other.gone || facts_.Ending() || BothIn(leg.place);
  };
  const Clock::Time give_up = context_.timers.Now() + kEventMayFollow;
  co_await facts_.WaitUntil(settled, give_up);
  co_await facts_.WaitUntilResynced();
  if (settled() && !Transferred()) co_return;
  if (other.gone || facts_.Ending()) co_return;
  if (!Transferred()) {
    journal_.Warning("out of the bridge without a hang-up; joining again",
                     {{"caller_in", facts_.channel(caller_).in_bridge}, {"other_in", other.in_bridge}});
  }
  co_await Join(std::move(leg));
}

}  // namespace benari::control
