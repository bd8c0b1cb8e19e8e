#include "control/call/partners.h"

#include <utility>

#include "control/call/ask_after.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr int kAttempts = 5;  // at a request without an answer
}

asio::awaitable<void> Partners::AnswerCaller() {
  const ChannelNews& caller = mailbox_.channel(caller_);
  for (int attempt = 1; !caller.up; ++attempt) {
    std::optional<ari::Error> failure;
    try {
      const std::string channel = mailbox_.ChannelIn(caller_);
      co_await context_.ari.AnswerChannel(channel);
      mailbox_.Tell([this](CallNews& news) { news.channels[caller_].up = true; });
      journal_.Info("caller answered");
    } catch (const ari::Error& error) {
      failure = error;
    }
    if (failure.has_value()) co_await AskAfter(context_.ari, caller_, mailbox_);
    mailbox_.StillUp();
    if (caller.up) co_return;
    if (!failure->unanswered() || attempt == kAttempts) throw *failure;
    co_await outage_.WaitUntilOver(*failure);
  }
}

asio::awaitable<void> Partners::Join(Leg leg) {
  for (int attempt = 1;; ++attempt) {
    std::optional<ari::Error> unanswered;
    try {
      if (!bridge_.made()) co_await bridge_.Create();
      mailbox_.StillUp();
      if (!mailbox_.channel(leg.place).gone) co_await AnswerCaller();
      joined_after_transfers_ = mailbox_.news().transfers;
      const bool caller_is_new = leg.stays || mailbox_.news().last_transferred == caller_;
      if (!mailbox_.channel(leg.place).gone)
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
  const ChannelNews& other = mailbox_.channel(leg.place);
  std::function<bool()> settled = [this, &leg, &other] {
    return other.gone || mailbox_.Ending() || BothIn(leg.place);
  };
  const Clock::Time give_up = context_.timers.Now() + kNewsMayFollow;
  co_await mailbox_.WaitUntil(settled, give_up);
  co_await mailbox_.UntilBack();
  if (settled() && !Transferred()) co_return;
  if (other.gone || mailbox_.Ending()) co_return;
  if (!Transferred()) {
    journal_.Warning("out of the bridge without a hang-up, joined again",
                     {{"caller_in", mailbox_.channel(caller_).in_bridge}, {"other_in", other.in_bridge}});
  }
  co_await Join(std::move(leg));
}

}  // namespace benari::control
