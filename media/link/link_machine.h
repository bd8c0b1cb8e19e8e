#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "common/clock.h"
#include "common/net/backoff.h"
#include "media/processor/bot/stream.h"

namespace benari::media {

// The state machine of a link: when it dials and retries, for how long, and how it ends. Uses no clock and no
// socket. Confined to one thread.
//
// A bot that was never reached is dialled for `reconnect` from the start, one that was lost for `reconnect`
// from the loss: at once, then with backoff. The first attempt of either gets its full time, a later one is
// given up when the time is over. A connection that breaks within 5 s gives the bot no new time.
class LinkMachine {
 public:
  using Time = Clock::Time;
  enum class Next { kDial, kWait, kEnd };

  // `random` gives a number in [0, 1).
  LinkMachine(std::chrono::milliseconds reconnect, Time now, std::function<double()> random);

  // Returns the next step: an attempt, which ends with one of the functions below; to wait until due() or one
  // of them; or the end.
  Next OnTime(Time now);
  Time due() const { return due_; }

  void OnOpened(Time now);
  void OnFailed(Time now, bool may_pass);
  void OnClosed();  // by the bot, with a status that is no error
  void OnLost(Time now);
  void OnRefused();  // it must not be dialled
  void OnStopped() { stopped_ = true; }

  LinkPhase phase() const { return phase_; }
  bool stopped() const { return stopped_; }

 private:
  enum class State { kWaiting, kDialling, kOpen, kEnded };

  void WaitFor(Time due);
  void End(LinkPhase phase);
  void GiveUp() { End(phase_ == LinkPhase::kConnecting ? LinkPhase::kUnreachable : LinkPhase::kLost); }
  Time give_up_at() const { return window_from_ + reconnect_; }

  const std::chrono::milliseconds reconnect_;
  net::Backoff backoff_;
  LinkPhase phase_ = LinkPhase::kConnecting;
  State state_ = State::kWaiting;
  Time due_;
  Time window_from_;  // when the bot was lost, or the start
  Time opened_at_;
  bool first_attempt_ = true;  // of the window
  bool stable_ = true;         // the bot gets a new window when it is lost
  bool stopped_ = false;
};

}  // namespace benari::media
