#include "media/link/link_machine.h"

#include <utility>

namespace benari::media {

namespace {
constexpr std::chrono::milliseconds kBackoffMin{100};
constexpr std::chrono::milliseconds kBackoffMax{2000};
constexpr std::chrono::seconds kStableAfter{5};
}  // namespace

LinkMachine::LinkMachine(std::chrono::milliseconds reconnect, Time now, std::function<double()> random)
    : reconnect_(reconnect),
      backoff_(kBackoffMin, kBackoffMax, std::move(random)),
      due_(now),
      window_from_(now) {}

LinkMachine::Next LinkMachine::OnTime(Time now) {
  if (stopped_) return Next::kEnd;
  if (state_ == State::kDialling && now >= due_) GiveUp();
  if (state_ == State::kEnded) return Next::kEnd;
  if (state_ != State::kWaiting || now < due_) return Next::kWait;
  state_ = State::kDialling;
  due_ = std::exchange(first_attempt_, false) ? Time::max() : give_up_at();
  return Next::kDial;
}

void LinkMachine::WaitFor(Time due) {
  state_ = State::kWaiting;
  due_ = due;
}

void LinkMachine::End(LinkPhase phase) {
  state_ = State::kEnded;
  phase_ = phase;
  due_ = Time::max();
}

void LinkMachine::OnOpened(Time now) {
  state_ = State::kOpen;
  phase_ = LinkPhase::kReady;
  opened_at_ = now;
  due_ = Time::max();
}

void LinkMachine::OnFailed(Time now, bool may_pass) {
  if (state_ == State::kEnded) return;
  const Time next = now + backoff_.Next();
  if (!may_pass || next >= give_up_at()) return GiveUp();
  WaitFor(next);
}

void LinkMachine::OnClosed() { End(LinkPhase::kClosed); }
void LinkMachine::OnRefused() { End(LinkPhase::kRefused); }

void LinkMachine::OnLost(Time now) {
  phase_ = LinkPhase::kReconnecting;
  if (now - opened_at_ >= kStableAfter) stable_ = true;
  if (std::exchange(stable_, false)) {
    window_from_ = now;
    first_attempt_ = true;
    backoff_.Reset();
    if (reconnect_.count() == 0) return GiveUp();
    return WaitFor(now);
  }
  OnFailed(now, /*may_pass=*/true);
}

}  // namespace benari::media
