#include "control/call/call_facts.h"

#include <algorithm>
#include <utility>

namespace benari::control {

namespace {
constexpr size_t kMostDigits = 64;  // not yet delivered to the bot
}

std::string ChannelIn(const std::string& place, const KnownFacts& known) {
  const auto found = known.substitutes.find(place);
  return found == known.substitutes.end() ? place : found->second;
}

std::optional<std::string> PlaceOf(const std::string& channel_id, const KnownFacts& known) {
  for (const auto& [place, substitute] : known.substitutes) {
    if (substitute == channel_id) return place;
  }
  if (known.substitutes.contains(channel_id)) return std::nullopt;
  return channel_id;
}

CallFacts::CallFacts(boost::asio::any_io_executor executor, Timers& timers, std::string caller_id)
    : timers_(timers), caller_id_(std::move(caller_id)), wake_up_(std::move(executor), timers) {
  known_.channels[caller_id_];
}

KnownFacts& CallFacts::Change() {
  ++changes_;
  wake_up_.Wake();
  return known_;
}

ChannelFacts* CallFacts::ChannelOf(const std::string& channel_id) {
  const std::optional<std::string> place = PlaceOf(channel_id, known_);
  return place.has_value() ? &Channel(*place) : nullptr;
}

const ChannelFacts& CallFacts::channel(const std::string& place) const {
  static const ChannelFacts kNotThereYet;
  const auto found = known_.channels.find(place);
  return found == known_.channels.end() ? kNotThereYet : found->second;
}

void CallFacts::ChannelGone(const std::string& channel_id, int cause) {
  ChannelFacts* const channel = ChannelOf(channel_id);
  if (channel == nullptr) return;
  channel->gone = true;
  if (cause != 0) channel->cause = cause;
}

void CallFacts::ChannelDials(const std::string& channel_id, const std::string& status) {
  if (ChannelFacts* const channel = ChannelOf(channel_id)) channel->dial_status = status;
}

void CallFacts::ChannelHeld(const std::string& channel_id, bool on_hold) {
  if (ChannelFacts* const channel = ChannelOf(channel_id)) channel->on_hold = on_hold;
}

void CallFacts::ChannelEnteredBridge(const std::string& channel_id) {
  ChannelFacts* const channel = ChannelOf(channel_id);
  if (channel == nullptr) return;
  channel->in_bridge = true;
  ++channel->times_joined;
}

void CallFacts::ChannelLeftBridge(const std::string& channel_id) {
  if (ChannelFacts* const channel = ChannelOf(channel_id)) channel->in_bridge = false;
}

void CallFacts::ChannelTransferred(const std::string& left, const std::string& newcomer) {
  const std::optional<std::string> place = PlaceOf(left, known_);
  if (!place.has_value()) return;
  KnownFacts& known = Change();
  known.substitutes[*place] = newcomer;
  known.last_transferred = *place;
  ++known.transfers;
  const auto early = known.channels.extract(newcomer);  // reported before the transfer
  ChannelFacts& channel = known.channels[*place];
  channel.in_bridge = !early.empty() && early.mapped().in_bridge;
  if (channel.in_bridge) ++channel.times_joined;
  channel.started = true;
  channel.on_hold = false;
}

void CallFacts::BridgeListed(const std::vector<std::string>& channel_ids) {
  KnownFacts& known = Change();
  for (auto& [place, channel] : known.channels) {
    const std::string id = ChannelIn(place);
    const bool member = std::find(channel_ids.begin(), channel_ids.end(), id) != channel_ids.end();
    if (!member) channel.in_bridge = false;
  }
  for (const std::string& id : channel_ids) {
    ChannelFacts* const channel = ChannelOf(id);
    if (channel == nullptr) continue;
    if (!channel->in_bridge) ++channel->times_joined;
    channel->started = channel->in_bridge = true;
  }
}

void CallFacts::BridgeDestroyed() {
  KnownFacts& known = Change();
  for (const auto& [place, channel] : known.channels) known.bridge_gone |= channel.times_joined > 0;
}

// Whoever hears its media through a cut hears it no more.
void CallFacts::MediaLost(const std::string& id) {
  Change().media_lost.insert(id);
  BotEnds();
}

void CallFacts::BotEnds() {
  if (known_.hangs_up_after_bot) Change().hung_up = true;
}

void CallFacts::BotAsked(std::optional<Clock::Time> when) {
  KnownFacts& known = Change();
  const int number = known.bot.number + 1;
  known.bot = BotFacts();
  known.bot.number = number;
  known.bot.asked = when;
}

void CallFacts::BotReported(const BotInfo& info) {
  BotFacts& bot = Change().bot;
  if (!info.last_error.empty()) bot.last_error = info.last_error;
  if (!info.stream_sid.empty()) bot.stream_sid = info.stream_sid;
  if (!info.url.empty()) bot.url = info.url;
  const bool heard = info.phase == BotPhase::kReady || info.phase == BotPhase::kDraining;
  if (heard && !bot.ready) ++bot.times_ready;
  if (info.phase == BotPhase::kReconnecting && bot.ready) ++bot.times_lost;
  if (info.phase != BotPhase::kConnecting) bot.ready = heard;
  if (info.phase != BotPhase::kFinished) return;
  bot.end = info.end;
  BotEnds();
}

void CallFacts::DigitPressed(const std::string& channel_id, const Digit& digit) {
  const bool for_bot = known_.bot.number > 0 && known_.bot.end == BotEnd::kNone;
  if (!for_bot || PlaceOf(channel_id, known_) != caller_id_) return;
  if (known_.digits.size() < kMostDigits) Change().digits.push_back(digit);
}

std::optional<Digit> CallFacts::TakeDigit() {
  if (known_.digits.empty()) return std::nullopt;
  const Digit first = known_.digits.front();
  known_.digits.pop_front();
  return first;
}

void CallFacts::BotDropped() {
  if (known_.bot.number == 0) return;
  KnownFacts& known = Change();
  if (known.bot.end == BotEnd::kNone) known.bot.end = BotEnd::kStopped;
  known.digits.clear();
  BotEnds();
}

void CallFacts::PlaybackAsked(const std::string& id) {
  KnownFacts& known = Change();
  known.playback_id = id;
  known.playback_end = PlaybackEnd::kNone;
}

void CallFacts::PlaybackFinished(const std::string& id, bool failed) {
  if (id != known_.playback_id) return;
  Change().playback_end = failed ? PlaybackEnd::kFailed : PlaybackEnd::kDone;
}

twiml::Source CallFacts::TakeRedirect() {
  twiml::Source source = *std::exchange(known_.redirect, std::nullopt);
  return source;
}

void CallFacts::AsteriskDied() {
  KnownFacts& known = Change();
  for (auto& [place, channel] : known.channels) channel.gone = true;
  known.bridge_gone = true;
}

boost::asio::awaitable<void> CallFacts::WaitUntilResynced() {
  std::function<bool()> back = [this] { return !known_.away || Ending(); };
  co_await WaitUntil(back, Clock::Time::max());
}

boost::asio::awaitable<void> CallFacts::WaitForLateEnd() {
  std::function<bool()> ending = [this] { return MustEnd(); };
  const Clock::Time until = timers_.Now() + kEventMayFollow;
  co_await WaitUntil(ending, until);
}

void CallFacts::ThrowIfEnding() const {
  if (caller_gone()) throw CallOver(CallOutcome::kCallerHungUp, "normal", "the caller hung up");
  if (known_.stop) throw CallOver(CallOutcome::kStopped, "normal", "this process ends");
  if (known_.hung_up) throw CallOver(CallOutcome::kCompleted, "normal", "hung up over the API");
  if (known_.bridge_gone)
    throw CallOver(CallOutcome::kFailed, "congestion", "the bridge was destroyed by somebody else");
  if (known_.redirect.has_value())
    throw CallOver(CallOutcome::kCompleted, "normal", "redirected over the API");
}

}  // namespace benari::control
