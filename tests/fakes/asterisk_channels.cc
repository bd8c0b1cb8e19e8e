// How the model's channels and bridges live and end.
#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/fakes/asterisk_model.h"

namespace benari::fakes {

AsteriskModel::AsteriskModel(control::Timers& timers, AsteriskOptions options)
    : timers_(timers), options_(std::move(options)) {}

std::string AsteriskModel::MintId() {
  const auto wall = timers_.WallNow().time_since_epoch();
  return absl::StrCat(std::chrono::duration_cast<std::chrono::seconds>(wall).count(), ".", minted_ids_++);
}

ChannelRecord& AsteriskModel::NewChannel(const std::string& id, const std::string& name, ChannelKind kind,
                                         const std::string& app) {
  ChannelRecord& channel = channels_[id];
  channel.ari.id = id;
  channel.ari.name = name;
  channel.ari.state = "Down";
  channel.creationtime = Iso8601(timers_.WallNow() + options_.clock_ahead);
  channel.kind = kind;
  channel.context = "default";
  channel.exten = "s";
  channel.app = app;
  channel.serial = ++serial_;
  ended_.erase(id);
  return channel;
}

ChannelRecord* AsteriskModel::Find(const std::string& channel_id) {
  const auto found = channels_.find(channel_id);
  return found == channels_.end() ? nullptr : &found->second;
}

ChannelRecord* AsteriskModel::FindSame(const std::string& channel_id, uint64_t serial) {
  ChannelRecord* const channel = Find(channel_id);
  return channel != nullptr && channel->serial == serial ? channel : nullptr;
}

void AsteriskModel::LaterDo(Clock::Duration delay, std::function<void()> step) {
  const uint64_t id = ++last_step_;
  steps_[id] = timers_.CallAt(timers_.Now() + delay, [this, id, step = std::move(step)] {
    steps_.erase(id);
    step();
  });
}

void AsteriskModel::Later(const ChannelRecord& channel, Clock::Duration delay, ChannelStep step) {
  LaterDo(delay, [this, id = channel.ari.id, serial = channel.serial, step] {
    ChannelRecord* const same = FindSame(id, serial);
    if (same != nullptr && !same->dying) (this->*step)(*same);
  });
}

void AsteriskModel::Publish(const ChannelRecord& channel, control::ari::Event event) {
  Notice notice;
  notice.event = std::move(event);
  Publish(channel, std::move(notice));
}

void AsteriskModel::PublishHangupRequest(const ChannelRecord& channel, int cause, bool soft) {
  Notice notice;
  notice.event = control::ari::UnknownEvent{kHangupRequest};
  notice.requested_cause = cause;
  notice.soft = soft;
  Publish(channel, std::move(notice));
}

void AsteriskModel::Publish(const ChannelRecord& channel, Notice notice) {
  if (!channel.subscribed) return;
  notice.app = channel.app;
  notice.channel = channel;
  const auto bridge = bridges_.find(channel.bridge_id);
  if (bridge != bridges_.end()) notice.bridge = bridge->second;
  feed_.Publish(channel.ari.id, std::move(notice));
}

void AsteriskModel::PublishBridge(const BridgeRecord& bridge, control::ari::Event event) {
  Notice notice;
  notice.event = std::move(event);
  notice.app = bridge.app;
  notice.bridge = bridge;
  feed_.Publish("bridge " + bridge.ari.id, std::move(notice));
}

std::string AsteriskModel::CallerArrives(const CallerArgs& args) {
  const std::string id = MintId();
  const std::string name = absl::StrCat("PJSIP/phone-", absl::Hex(++serial_, absl::kZeroPad8));
  ChannelRecord& channel = NewChannel(id, name, ChannelKind::kCaller, args.app);
  channel.ari.state = args.answered ? "Up" : "Ring";
  channel.caller_name = channel.caller_number = args.caller_number;
  channel.context = "inbound";
  channel.exten = args.number;
  channel.app_args = absl::StrJoin(args.args, ",");
  channel.ari.app_args = args.args;
  channel.ari.caller_number = args.caller_number;
  channel.ari.extension = args.number;
  channel.retries = args.retries;
  Later(channel, pace_.Step(), &AsteriskModel::StartStasis);
  return id;
}

// Stasis() in the dial plan: it fails when nobody serves the app, and the dial plan goes on to its end.
void AsteriskModel::StartStasis(ChannelRecord& channel) {
  if (feed_.Serves(channel.app)) return EnterStasis(channel);
  if (channel.kind != ChannelKind::kCaller && pace_.Choose(options_.unserved_app_keeps_channel)) {
    return EnterStasis(channel);
  }
  ended_[channel.ari.id].by_itself = true;
  BeginHangUp(channel, 16, 16);
}

void AsteriskModel::EnterStasis(ChannelRecord& channel) {
  channel.in_stasis = true;
  channel.subscribed = true;
  std::vector<std::string> args;
  for (size_t begin = 0; !channel.app_args.empty() && begin <= channel.app_args.size();) {
    const size_t end = std::min(channel.app_args.find(',', begin), channel.app_args.size());
    args.push_back(channel.app_args.substr(begin, end - begin));
    begin = end + 1;
  }
  if (!args.empty()) channel.ari.app_args = args;
  Publish(channel, control::ari::StasisStart{channel.ari, std::move(args)});
}

void AsteriskModel::LeaveApp(ChannelRecord& channel) {
  FinishPlayback(channel, /*failed=*/true);
  LeaveBridge(channel, /*moved=*/true);
  Publish(channel, control::ari::StasisEnd{channel.ari.id});
  channel.in_stasis = false;
  ++membership_changes_;  // who leaves is in no company any more
  if (channel.kind == ChannelKind::kCaller) channel.subscribed = false;
}

// The app sends it on in the dial plan.
void AsteriskModel::LeaveStasis(ChannelRecord& channel) {
  if (!channel.in_stasis) return;
  LeaveApp(channel);
  if (channel.retries > 0) {
    --channel.retries;
    return Later(channel, pace_.Step(), &AsteriskModel::StartStasis);
  }
  LaterDo(options_.continued_call, [this, id = channel.ari.id] { FarEndHangsUp(id); });
}

void AsteriskModel::BeginHangUp(ChannelRecord& channel, int cause, int shown_cause) {
  if (channel.dying) return;
  PublishHangupRequest(channel, shown_cause, /*soft=*/shown_cause == kShownOfRequests);
  if (channel.kind == ChannelKind::kDialled && channel.ari.state != "Up") {
    Publish(channel, control::ari::Dial{channel.ari.id, "NOANSWER"});
  }
  EndSoon(channel, cause);
}

// The dial plan of a Local channel's ;2 half comes to its end.
void AsteriskModel::HangUpFarHalf(ChannelRecord& far, int cause) {
  if (!far.dying) EndSoon(far, cause);
}

void AsteriskModel::EndSoon(ChannelRecord& channel, int cause) {
  channel.dying = true;
  channel.cause = cause;
  LaterDo(pace_.Step(), [this, id = channel.ari.id, serial = channel.serial] {
    if (ChannelRecord* const same = FindSame(id, serial)) Finish(*same);
  });
}

// A caller's subscription ends with its StasisEnd; the other kinds' lasts until ChannelDestroyed.
void AsteriskModel::Finish(ChannelRecord& channel) {
  FinishPlayback(channel, /*failed=*/true);
  LeaveBridge(channel, /*moved=*/false);
  if (channel.in_stasis) {
    Publish(channel, control::ari::StasisEnd{channel.ari.id});
    channel.in_stasis = false;
    const bool came_in = channel.kind == ChannelKind::kCaller || channel.kind == ChannelKind::kReplacement;
    if (came_in) channel.subscribed = false;
  }
  if (channel.kind == ChannelKind::kLocalFar && channel.cause != 0) {
    PublishHangupRequest(channel, 16, /*soft=*/true);
  }
  Publish(channel, control::ari::ChannelDestroyed{channel.ari.id, channel.cause});
  Ended& ended = ended_[channel.ari.id];
  ended.cause = channel.cause;
  ended.at = timers_.Now();
  const std::string other_half = channel.other_half;
  const int cause = channel.cause;
  channels_.erase(std::string(channel.ari.id));
  if (ChannelRecord* const other = Find(other_half)) BeginHangUp(*other, cause, cause);
}

void AsteriskModel::FarEndHangsUp(const std::string& channel_id) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr || channel->dying) return;
  ended_[channel_id].by_itself = true;
  BeginHangUp(*channel, 16, 0);
}

void AsteriskModel::CallerHolds(const std::string& channel_id, bool hold) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr || channel->dying) return;
  const control::ari::Event event = hold ? control::ari::Event(control::ari::ChannelHold{channel_id})
                                         : control::ari::Event(control::ari::ChannelUnhold{channel_id});
  Publish(*channel, event);
}

void AsteriskModel::Press(const std::string& channel_id, const std::string& digit) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr || channel->dying) return;
  Publish(*channel, control::ari::ChannelDtmfReceived{channel_id, digit, 120});
}

void AsteriskModel::Join(const std::string& bridge_id, uint64_t bridge_serial, ChannelRecord& channel) {
  const auto found = bridges_.find(bridge_id);
  if (found == bridges_.end() || found->second.serial != bridge_serial) return;
  LeaveBridge(channel, /*moved=*/true);
  BridgeRecord& bridge = found->second;
  channel.bridge_id = bridge_id;
  bridge.ari.channel_ids.push_back(channel.ari.id);
  bridge.app = channel.app;
  ++bridge.interest;
  ++membership_changes_;
  Publish(channel, control::ari::ChannelEnteredBridge{bridge_id, channel.ari.id});
}

void AsteriskModel::LeaveBridge(ChannelRecord& channel, bool moved) {
  const auto found = bridges_.find(channel.bridge_id);
  if (found == bridges_.end()) return;
  std::vector<std::string>& members = found->second.ari.channel_ids;
  members.erase(std::remove(members.begin(), members.end(), channel.ari.id), members.end());
  if (moved) --found->second.interest;
  ++membership_changes_;
  Publish(channel, control::ari::ChannelLeftBridge{channel.bridge_id, channel.ari.id});
  channel.bridge_id.clear();
}

void AsteriskModel::Stop() {
  running_ = false;
  ++generation_;
  steps_.clear();
  for (const auto& [id, channel] : channels_) ended_[id] = Ended{0, true, timers_.Now(), ""};
  channels_.clear();
  bridges_.clear();
  duplicate_id_seen_ = false;
  ++membership_changes_;
  feed_.Reset();
}

std::string AsteriskModel::Leftovers() const {
  std::string lines;
  for (const auto& [id, channel] : channels_) {
    absl::StrAppend(&lines, "channel ", id, " ", channel.ari.name, " ", channel.ari.state,
                    channel.dying ? " dying" : "", channel.bridge_id.empty() ? "" : " in bridge ",
                    channel.bridge_id, "\n");
  }
  for (const auto& [id, bridge] : bridges_) {
    absl::StrAppend(&lines, "bridge ", id, " of ", bridge.ari.channel_ids.size(), " channels\n");
  }
  return lines;
}

std::optional<Ended> AsteriskModel::EndOf(const std::string& channel_id) const {
  const auto found = ended_.find(channel_id);
  if (found == ended_.end() || channels_.count(channel_id) > 0) return std::nullopt;
  return found->second;
}

}  // namespace benari::fakes
