// What others than the app do with the channels in it: redirects, other applications, transfers by phone.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/fakes/asterisk_model.h"

namespace benari::fakes {

void AsteriskModel::Redirect(const std::string& channel_id, const std::vector<std::string>& args) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr || channel->dying || channel->kind != ChannelKind::kCaller) return;
  if (channel->in_stasis) LeaveApp(*channel);
  channel->elsewhere = false;
  if (!args.empty()) {
    channel->app_args = absl::StrJoin(args, ",");
    channel->ari.app_args = args;
  }
  Later(*channel, pace_.Step(), &AsteriskModel::StartStasis);
}

void AsteriskModel::MoveAway(const std::string& channel_id) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr || channel->dying || !channel->in_stasis) return;
  LeaveApp(*channel);
  channel->elsewhere = true;
}

// As measured, blind and attended: StasisStart of the Local channel's ;1 half names whom it replaces, then
// they change places in the bridge. The one who left is no more listed in the app, and stays a channel until
// its phone hangs up; StasisEnd comes only then.
std::string AsteriskModel::Transfer(const std::string& channel_id, bool hangs_up) {
  ChannelRecord* const left = Find(channel_id);
  if (left == nullptr || left->dying || !left->in_stasis) return "";
  const auto bridge = bridges_.find(left->bridge_id);
  if (bridge == bridges_.end() || bridge->second.ari.channel_ids.size() < 2) return "";
  const std::string name = absl::StrCat("Local/1002@default-", absl::Hex(++serial_, absl::kZeroPad8));
  ChannelRecord& newcomer = NewChannel(MintId(), name + ";1", ChannelKind::kReplacement, left->app);
  ChannelRecord& far = NewChannel(MintId(), name + ";2", ChannelKind::kLocalFar, left->app);
  newcomer.other_half = far.ari.id;
  far.other_half = newcomer.ari.id;
  newcomer.in_stasis = newcomer.subscribed = true;
  replacements_[newcomer.ari.id] = channel_id;
  control::ari::StasisStart start;
  start.channel = newcomer.ari;
  start.replaces = channel_id;
  Publish(newcomer, start);
  const std::string bridge_id = bridge->first;
  LeaveBridge(*left, /*moved=*/true);
  left->transferred = true;
  Join(bridge_id, bridge->second.serial, newcomer);
  Later(newcomer, pace_.Step(), &AsteriskModel::AnswerTransferred);
  const Clock::Duration notified = options_.max_event_delay + pace_.Step();  // the phone, that it went well
  if (hangs_up) LaterDo(notified, [this, channel_id] { FarEndHangsUp(channel_id); });
  return newcomer.ari.id;
}

void AsteriskModel::AnswerTransferred(ChannelRecord& channel) {
  channel.ari.state = "Up";
  if (ChannelRecord* const far = Find(channel.other_half)) far->ari.state = "Up";
  Publish(channel, control::ari::UnknownEvent{"ChannelStateChange"});
  Publish(channel, control::ari::Dial{channel.ari.id, "ANSWER"});
}

}  // namespace benari::fakes
