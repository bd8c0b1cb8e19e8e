#include "control/call_bridge.h"

#include "absl/strings/str_cat.h"
#include "control/requests.h"

namespace benari::control {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::milliseconds kAddRetry(100);
}

CallBridge::CallBridge(const CallContext& context, const std::string& call_id, CallMailbox& mailbox,
                       UndoStack& undo)
    : context_(context),
      caller_id_(call_id),
      id_(context.ids.Bridge(call_id)),
      mailbox_(mailbox),
      undo_(undo) {}

UndoStack::Handle CallBridge::TakeOver() {
  made_ = true;
  return undo_.Defer(ToString(UndoStep::kDestroyBridge), [this] { return Destroy(); });
}

asio::awaitable<void> CallBridge::Create() {
  const UndoStack::Handle destroy = TakeOver();
  try {
    co_await context_.ari.CreateBridge(id_);
  } catch (const ari::Error& error) {
    made_ = !error.never_sent();
    if (!made_) undo_.Forget(destroy);
    throw;
  }
}

asio::awaitable<void> CallBridge::Join(std::string channel_id) {
  const ChannelNews& caller = mailbox_.channel(caller_id_);
  const ChannelNews& other = mailbox_.channel(channel_id);
  // Asterisk answers the request that makes a channel before the channel is in the app; under load addChannel
  // in between is refused with 422.
  std::function<bool()> in_app = [this, &other] { return other.started || other.gone || mailbox_.Ending(); };
  const Clock::Time started_by = context_.timers.Now() + context_.config.join_timeout;
  co_await mailbox_.WaitUntil(in_app, started_by);
  mailbox_.StillUp();
  std::vector<std::string> channels;
  if (!caller.entered_bridge) channels.push_back(caller_id_);
  channels.push_back(channel_id);
  const std::optional<ari::Error> refused = co_await Add(std::move(channels), started_by);
  std::function<bool()> settled = [this, &caller, &other] {
    return (caller.entered_bridge && other.entered_bridge) || other.gone || mailbox_.Ending();
  };
  const Clock::Duration patience = refused.has_value() ? kNewsMayFollow : context_.config.join_timeout;
  const bool in_time = co_await mailbox_.WaitUntil(settled, context_.timers.Now() + patience);
  mailbox_.StillUp();
  if (in_time) co_return;
  co_await AskAfter(context_.ari, channel_id, mailbox_);
  mailbox_.StillUp();
  if (settled()) co_return;  // the news came meanwhile, as after a standstill
  if (refused.has_value()) throw *refused;
  throw ari::Error(ari::ErrorKind::kTimeout, 0,
                   absl::StrCat("bridge ", id_, ": no ChannelEnteredBridge for ", channel_id, " within ",
                                context_.config.join_timeout.count(), " ms"));
}

// Nothing, or why Asterisk refused. A channel that a list showed on its way into the app is asked for again.
asio::awaitable<std::optional<ari::Error>> CallBridge::Add(std::vector<std::string> channels,
                                                           Clock::Time give_up) {
  std::function<bool()> ending = [this] { return mailbox_.Ending(); };
  while (true) {
    std::optional<ari::Error> refused;
    try {
      co_await context_.ari.AddToBridge(id_, channels);
    } catch (const ari::Error& error) {
      refused = error;
    }
    const Clock::Time now = context_.timers.Now();
    const bool not_in_app = refused.has_value() && refused->status == 422;
    if (!not_in_app || now >= give_up || mailbox_.Ending()) co_return refused;
    co_await mailbox_.WaitUntil(ending, now + kAddRetry);
  }
}

asio::awaitable<void> CallBridge::Destroy() {
  if (mailbox_.news().bridge_gone) co_return;
  co_await DestroyIfThere(context_.ari, id_);
}

}  // namespace benari::control
