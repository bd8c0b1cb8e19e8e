#include "control/call_mailbox.h"

#include <algorithm>

namespace benari::control {

void SetMembers(const std::vector<std::string>& channel_ids, CallNews& news) {
  for (auto& [id, channel] : news.channels) {
    const bool member = std::find(channel_ids.begin(), channel_ids.end(), id) != channel_ids.end();
    if (!member) channel.in_bridge = false;
  }
  for (const std::string& id : channel_ids) {
    ChannelNews& channel = news.channels[id];
    if (!channel.in_bridge) ++channel.times_joined;
    channel.started = channel.in_bridge = true;
  }
}

void CallMailbox::Tell(const std::function<void(CallNews&)>& change) {
  change(news_);
  wake_up_.Wake();
}

bool CallMailbox::Ending() { return caller_gone() || news_.bridge_gone || news_.stop; }

boost::asio::awaitable<void> CallMailbox::UntilBack() {
  std::function<bool()> back = [this] { return !news_.away || Ending(); };
  co_await WaitUntil(back, Clock::Time::max());
}

void CallMailbox::StillUp() {
  if (caller_gone()) throw CallOver(CallOutcome::kCallerHungUp, "normal", "the caller hung up");
  if (news_.stop) throw CallOver(CallOutcome::kStopped, "normal", "this process ends");
  if (news_.bridge_gone)
    throw CallOver(CallOutcome::kFailed, "congestion", "the bridge was destroyed by somebody else");
}

}  // namespace benari::control
