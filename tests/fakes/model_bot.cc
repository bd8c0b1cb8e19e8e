#include "tests/fakes/model_bot.h"

#include <algorithm>
#include <utility>

#include "common/net/url.h"

namespace benari::fakes {

using control::BotEnd;
using control::BotPhase;
using control::SessionEventKind;

ModelBot::ModelBot(control::Timers& timers, control::Bot request, BotScript script, OnEvent on_event)
    : timers_(timers), request_(std::move(request)), script_(script), on_event_(std::move(on_event)) {
  info_.url = net::WithoutQueryValues(request_.url);
  if (script_.refused) {
    After({}, [this] { Finish(BotEnd::kRefused, "--bot_allow does not name it"); });
    return;
  }
  const bool in_time = script_.ready_after.has_value() && *script_.ready_after <= request_.reconnect;
  if (in_time) {
    After(*script_.ready_after, [this] { BecomeReady(); });
  } else {
    After(request_.reconnect, [this] { Finish(BotEnd::kUnreachable, "connection refused"); });
  }
}

void ModelBot::After(Clock::Duration length, std::function<void()> what) {
  const int plan = ++last_plan_;
  plans_[plan] = timers_.CallAt(timers_.Now() + length, [this, plan, what = std::move(what)] {
    const auto done = plans_.extract(plan);  // whatever comes of this is planned anew
    what();
  });
}

void ModelBot::BecomeReady() {
  info_.phase = BotPhase::kReady;
  ++info_.connections;
  info_.stream_sid = "MZ" + std::to_string(info_.connections);
  if (!info_.first_audio.has_value()) info_.first_audio = std::chrono::milliseconds(100);
  const bool first = info_.connections == 1;
  if (script_.closes_after.has_value() && first) After(*script_.closes_after, [this] { Close(); });
  if (script_.dies_after.has_value() && first)
    After(*script_.dies_after, [this] { Die(script_.back_after); });
  if (script_.silent && request_.idle_timeout.count() > 0)
    After(request_.idle_timeout, [this] { Finish(BotEnd::kIdle, ""); });
  on_event_(SessionEventKind::kBotReady);
}

void ModelBot::Die(std::optional<Clock::Duration> back_after) {
  if (info_.phase != BotPhase::kReady) return;
  plans_.clear();
  info_.phase = BotPhase::kReconnecting;
  info_.last_error = "connection reset by peer";
  if (back_after.has_value() && *back_after <= request_.reconnect) {
    After(*back_after, [this] { BecomeReady(); });
  } else {
    After(request_.reconnect, [this] { Finish(BotEnd::kLost, info_.last_error); });
  }
  on_event_(SessionEventKind::kBotLost);
}

bool ModelBot::TakeLeave() {
  if (info_.phase == BotPhase::kFinished) return false;
  if (info_.phase == BotPhase::kDraining) return true;
  plans_.clear();
  info_.phase = BotPhase::kDraining;
  After(std::min<Clock::Duration>(script_.queued, request_.drain), [this] { Close(); });
  return true;
}

void ModelBot::Stop() {
  plans_.clear();
  if (info_.phase == BotPhase::kFinished) return;
  info_.phase = BotPhase::kFinished;
  info_.end = BotEnd::kStopped;
}

void ModelBot::Finish(BotEnd end, const std::string& why) {
  if (info_.phase == BotPhase::kFinished) return;
  plans_.clear();
  info_.phase = BotPhase::kFinished;
  info_.end = end;
  if (!why.empty()) info_.last_error = why;
  on_event_(SessionEventKind::kFinished);
}

}  // namespace benari::fakes
