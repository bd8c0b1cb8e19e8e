#include "control/call/outbound_caller.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "control/call/destination_end.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::seconds kLongestRinging(600);  // where another process has dialled
}

asio::awaitable<void> OutboundCaller::Dial() {
  if (dialing_.has_value() && !std::exchange(requested_, true)) co_await Originate();
  co_await AwaitAnswer();
  journal_.CallerAnswered();
  journal_.Info("caller answered");
}

// A request without an answer ends the call: only the set-up of new ones may fail, and its undo hangs up
// whoever rings.
asio::awaitable<void> OutboundCaller::Originate() {
  ari::OriginateRequest request(identity_.call_id, dialing_->endpoints.front());
  request.app_args = absl::StrJoin(identity_.arguments, ",");
  request.caller_id = dialing_->caller_id;
  request.formats = FormatOf(context_.config).name;
  request.timeout_s = static_cast<int>(dialing_->timeout.count());
  journal_.Info("dialing out", {{"endpoint", request.endpoint}});
  std::optional<ari::Error> refused;
  try {
    co_await context_.ari.Originate(request);
    facts_.ChannelCreated(identity_.call_id);
  } catch (const ari::Error& error) {
    if (error.kind != ari::ErrorKind::kHttp) throw;
    refused = error;
  }
  if (refused.has_value()) throw CallOver(CallOutcome::kDestinationFailed, "congestion", refused->what());
}

bool OutboundCaller::Rings() const {
  const std::string& status = facts_.channel(identity_.call_id).dial_status;
  return status == "RINGING" || status == "PROGRESS";
}

// A redirect waits for the answer.
asio::awaitable<void> OutboundCaller::AwaitAnswer() {
  const ChannelFacts& callee = facts_.channel(identity_.call_id);
  const Clock::Time began = context_.timers.Now();
  const Clock::Duration ringing_time = dialing_.has_value() ? dialing_->timeout : kLongestRinging;
  bool rings = false;
  std::function<bool()> something = [this, &callee, &rings] {
    return callee.started || facts_.MustEnd() || (!rings && Rings());
  };
  // Asterisk applies the timeout by itself; the margin is for the event to arrive.
  const Clock::Time deadline = began + ringing_time + context_.config.join_timeout;
  while (!callee.started) {
    const bool in_time = co_await facts_.WaitUntil(something, deadline);
    const Clock::Duration rang = context_.timers.Now() - began;
    if (callee.gone) throw ExplainEnd(callee, rang + kEventMayFollow >= ringing_time);
    if (facts_.MustEnd()) facts_.ThrowIfEnding();
    if (!in_time) throw CallOver(CallOutcome::kDestinationNoAnswer, "no_answer", "nobody has answered");
    rings = rings || Rings();
    if (rings) journal_.EnterPhase(CallPhase::kDialing);
  }
}

}  // namespace benari::control
