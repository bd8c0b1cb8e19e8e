#include "control/call/call_mailbox.h"

#include <algorithm>

namespace benari::control {

std::string ChannelIn(const std::string& place, const CallNews& news) {
  const auto found = news.substitutes.find(place);
  return found == news.substitutes.end() ? place : found->second;
}

std::optional<std::string> PlaceOf(const std::string& channel_id, const CallNews& news) {
  for (const auto& [place, substitute] : news.substitutes) {
    if (substitute == channel_id) return place;
  }
  if (news.substitutes.contains(channel_id)) return std::nullopt;
  return channel_id;
}

void SetMembers(const std::vector<std::string>& channel_ids, CallNews& news) {
  for (auto& [place, channel] : news.channels) {
    const std::string id = ChannelIn(place, news);
    const bool member = std::find(channel_ids.begin(), channel_ids.end(), id) != channel_ids.end();
    if (!member) channel.in_bridge = false;
  }
  for (const std::string& id : channel_ids) {
    const std::optional<std::string> place = PlaceOf(id, news);
    if (!place.has_value()) continue;
    ChannelNews& channel = news.channels[*place];
    if (!channel.in_bridge) ++channel.times_joined;
    channel.started = channel.in_bridge = true;
  }
}

void CallMailbox::TellOf(const std::string& channel_id, const std::function<void(ChannelNews&)>& change) {
  const std::optional<std::string> place = PlaceOf(channel_id, news_);
  if (place.has_value()) Tell([&](CallNews& news) { change(news.channels[*place]); });
}

void CallMailbox::Substitute(const std::string& left, const std::string& newcomer) {
  const std::optional<std::string> place = PlaceOf(left, news_);
  if (!place.has_value()) return;
  Tell([&](CallNews& news) {
    news.substitutes[*place] = newcomer;
    news.last_transferred = *place;
    ++news.transfers;
    const auto early = news.channels.extract(newcomer);  // what was told of it before this
    ChannelNews& channel = news.channels[*place];
    channel.in_bridge = !early.empty() && early.mapped().in_bridge;
    if (channel.in_bridge) ++channel.times_joined;
    channel.started = true;
    channel.on_hold = false;
  });
}

void CallMailbox::Tell(const std::function<void(CallNews&)>& change) {
  change(news_);
  ++changes_;
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
