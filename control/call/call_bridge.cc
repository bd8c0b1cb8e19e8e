#include "control/call/call_bridge.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "control/ari/removal.h"
#include "control/call/ask_after.h"
#include "control/call/bridge_name.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::milliseconds kAddRetry(100);
}

CallBridge::CallBridge(const CallContext& context, const CallIdentity& call, CallFacts& facts,
                       UndoStack& undo)
    : context_(context),
      id_(context.ids.Bridge(call.call_id)),
      name_(BridgeName(call)),
      facts_(facts),
      undo_(undo) {}

UndoStack::Handle CallBridge::Adopt() {
  made_ = true;
  return undo_.Defer(ToString(UndoStep::kDestroyBridge), [this] { return Destroy(); });
}

// The bridge may exist although the request failed: created by a late request of an earlier process (409), or
// by this request, whose response was lost.
asio::awaitable<void> CallBridge::Create() {
  const UndoStack::Handle destroy = Adopt();
  std::optional<ari::Error> failure;
  try {
    co_await context_.ari.CreateBridge(id_, name_);
    co_return;
  } catch (const ari::Error& error) {
    failure = error;
  }
  if (failure->never_sent()) {
    made_ = false;
    undo_.Forget(destroy);
    throw *failure;
  }
  const bool there = co_await AskWhoIsIn();
  if (!there) throw *failure;
}

asio::awaitable<void> CallBridge::Join(std::string stays, std::string newcomer) {
  const ChannelFacts& one = facts_.channel(stays);
  const ChannelFacts& other = facts_.channel(newcomer);
  // Asterisk answers the request that creates a channel before the channel has entered the application; under
  // load an addChannel in between is refused with 422.
  std::function<bool()> in_app = [this, &one, &other] {
    return other.started || other.gone || one.gone || facts_.Ending();
  };
  const Clock::Time started_by = context_.timers.Now() + context_.config.join_timeout;
  co_await facts_.WaitUntil(in_app, started_by);
  co_await WaitForOthersToLeave(stays, newcomer);
  facts_.ThrowIfEnding();
  const int one_before = one.times_joined, other_before = other.times_joined;
  std::vector<std::string> both = {stays, newcomer};
  std::optional<ari::Error> refused = co_await Add(std::move(both), started_by);
  // Asterisk does not remove a channel from its bridge while another application records it.
  const bool cannot_leave = refused.has_value() && refused->status == 409 && one.in_bridge;
  if (cannot_leave) {
    std::vector<std::string> newcomer_only = {newcomer};
    refused = co_await Add(std::move(newcomer_only), started_by);
  }
  // A channel that has entered and left again counts as joined; Partners::Reunite detects that it has left.
  std::function<bool()> settled = [this, &one, &other, one_before, other_before, cannot_leave] {
    const bool stayed = cannot_leave ? one.in_bridge : one.times_joined > one_before;
    const bool entered = stayed && other.times_joined > other_before;
    return entered || one.gone || other.gone || facts_.Ending();
  };
  const Clock::Duration patience = refused.has_value() ? kEventMayFollow : context_.config.join_timeout;
  const bool in_time = co_await facts_.WaitUntil(settled, context_.timers.Now() + patience);
  facts_.ThrowIfEnding();
  if (in_time) co_return;
  co_await AskAfter(context_.ari, newcomer, facts_);
  co_await AskAfter(context_.ari, stays, facts_);
  const bool there = co_await AskWhoIsIn();
  facts_.ThrowIfEnding();
  if (one.gone || other.gone || (there && one.in_bridge && other.in_bridge))
    co_return;  // the events were lost
  if (refused.has_value()) throw *refused;
  throw ari::Error(ari::ErrorKind::kTimeout, 0,
                   absl::StrCat("bridge ", id_, ": no ChannelEnteredBridge for ", newcomer, " within ",
                                context_.config.join_timeout.count(), " ms"));
}

// Asterisk answers a hang-up before the channel has left the bridge. If one stays, the join is attempted
// anyway.
asio::awaitable<void> CallBridge::WaitForOthersToLeave(std::string stays, std::string newcomer) {
  std::function<bool()> left = [this, stays, newcomer] {
    for (const auto& [id, channel] : facts_.known().channels) {
      if (id != stays && id != newcomer && channel.in_bridge && !channel.gone) return facts_.Ending();
    }
    return true;
  };
  const Clock::Time give_up = context_.timers.Now() + kEventMayFollow;
  co_await facts_.WaitUntil(left, give_up);
}

// Returns true if the bridge exists, and reports its members to the facts.
asio::awaitable<bool> CallBridge::AskWhoIsIn() {
  ari::Bridge bridge;
  try {
    bridge = co_await context_.ari.GetBridge(id_);
  } catch (const ari::Error&) {
    co_return false;
  }
  facts_.BridgeListed(bridge.channel_ids);
  co_return true;
}

// Returns the error if Asterisk refused. While a channel has yet to enter the application the request is
// retried.
asio::awaitable<std::optional<ari::Error>> CallBridge::Add(std::vector<std::string> places,
                                                           Clock::Time give_up) {
  std::function<bool()> ending = [this] { return facts_.Ending(); };
  while (true) {
    std::optional<ari::Error> refused;
    try {
      std::vector<std::string> channels;
      for (const std::string& place : places) channels.push_back(facts_.ChannelIn(place));
      co_await context_.ari.AddToBridge(id_, channels);
    } catch (const ari::Error& error) {
      refused = error;
    }
    const Clock::Time now = context_.timers.Now();
    const bool not_in_app = refused.has_value() && refused->status == 422;
    if (!not_in_app || now >= give_up || facts_.Ending()) co_return refused;
    co_await facts_.WaitUntil(ending, now + kAddRetry);
  }
}

asio::awaitable<void> CallBridge::Destroy() {
  if (facts_.known().bridge_gone) co_return;
  ThrowIfAway(facts_.known());
  co_await ari::DestroyIfThere(context_.ari, id_);
}

}  // namespace benari::control
