// The REST operations.
#include "tests/fakes/asterisk_model.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace benari::fakes {
namespace {

constexpr const char* kNoChannel = "Channel not found";
constexpr const char* kNoBridge = "Bridge not found";
constexpr const char* kNotInStasis = "Channel not in Stasis application";

template <typename T>
Answer<T> Error(int status, std::string message) {
  return Answer<T>{status, std::move(message), T{}};
}

Answer<Nothing> NoContent() { return Answer<Nothing>{204, "", {}}; }

bool KnownFormat(const std::string& format) {
  static const std::set<std::string> known = {"alaw", "ulaw",   "g722", "gsm",
                                              "slin", "slin16", "opus", "g729"};
  return known.count(format) > 0;
}

// A UnicastRTP channel can be added before its StasisStart; a ringing one cannot.
bool CanJoin(const ChannelRecord& channel) {
  return !channel.dying && !channel.transferred &&
         (channel.in_stasis || channel.kind == ChannelKind::kExternalMedia);
}

}  // namespace

Answer<control::ari::Channel> AsteriskModel::CreateExternalMedia(
    const std::string& app, const control::ari::ExternalMediaRequest& request) {
  using Result = Answer<control::ari::Channel>;
  const std::string internal = "An internal error prevented this request from being handled";
  if (request.external_host.host.empty()) {
    return Error<Result::Value>(400, "external_host is required for all but websocket server connections");
  }
  if (!KnownFormat(request.format) || absl::EndsWith(request.external_host.host, ".invalid")) {
    return Error<Result::Value>(500, internal);
  }
  const std::string id = request.channel_id.empty() ? MintId() : request.channel_id;
  if (channels_.count(id) > 0) {
    duplicate_id_seen_ = true;
    return Error<Result::Value>(500, internal);
  }
  const std::string name =
      absl::StrCat("UnicastRTP/", request.external_host.ToString(), "-0x", absl::Hex(++serial_ << 4));
  ChannelRecord& channel = NewChannel(id, name, ChannelKind::kExternalMedia, app);
  channel.external_host = request.external_host;
  channel.format = request.format;
  channel.subscribed = true;
  const Endpoint local =
      options_.open_rtp ? options_.open_rtp(id)
                        : Endpoint("127.0.0.1", static_cast<uint16_t>(20000 + 2 * (rtp_ports_++ % 20000)));
  channel.ari.channelvars["UNICASTRTP_LOCAL_ADDRESS"] = local.host;
  channel.ari.channelvars["UNICASTRTP_LOCAL_PORT"] = absl::StrCat(local.port);
  Publish(channel, control::ari::Dial{channel.ari.id, ""});
  Later(channel, pace_.Step(), &AsteriskModel::AnswerExternalMedia);
  return Result{200, "", channel.ari};
}

Answer<control::ari::Channel> AsteriskModel::Originate(const std::string& app,
                                                       const control::ari::OriginateRequest& request) {
  using Result = Answer<control::ari::Channel>;
  if (request.endpoint.empty()) return Error<Result::Value>(400, "Endpoint must be specified");
  if (request.endpoint.find('/') == std::string::npos) {
    return Error<Result::Value>(400, "Invalid endpoint specified");
  }
  if (!request.formats.empty() && !KnownFormat(request.formats)) {
    return Error<Result::Value>(400, absl::StrCat("Provided format (", request.formats, ") was not found"));
  }
  const std::string taken = "Channel with given unique ID already exists";
  const std::string id = request.channel_id.empty() ? MintId() : request.channel_id;
  if (channels_.count(id) + channels_.count(id + ";2") > 0) {  // a far half may outlive its near one
    duplicate_id_seen_ = true;
    return Error<Result::Value>(409, taken);
  }
  const std::string number = DialledNumber(request.endpoint);
  const auto entry = destinations_.find(destinations_.count(number) > 0 ? number : "");
  const Destination destination = entry == destinations_.end() ? Destination::Answers() : entry->second;
  dialled_[id] = destination;
  if (destination.kind == Destination::Kind::kUnroutable) {
    // Asterisk keeps the error of an earlier duplicate id for its thread, and answers with that one instead.
    if (duplicate_id_seen_ && pace_.Choose(std::nullopt)) return Error<Result::Value>(409, taken);
    return Error<Result::Value>(500, "Allocation failed");
  }
  const bool local = absl::StartsWith(request.endpoint, "Local/");
  const std::string name =
      absl::StrCat(request.endpoint.substr(0, request.endpoint.find('/', request.endpoint.find('/') + 1)),
                   "-", absl::Hex(++serial_, absl::kZeroPad8));
  ChannelRecord& channel = NewChannel(id, local ? name + ";1" : name, ChannelKind::kDialled, app);
  channel.app_args = request.app_args;
  channel.caller_number = channel.ari.caller_number = request.caller_id;
  channel.exten = number;
  channel.subscribed = true;
  if (local) {
    ChannelRecord& far = NewChannel(id + ";2", name + ";2", ChannelKind::kLocalFar, app);
    far.ari.state = "Ring";
    far.exten = number;
    far.subscribed = true;
    far.other_half = id;
    channel.other_half = far.ari.id;
  }
  const Result result{200, "", channel.ari};
  Dial(channel, destination, std::chrono::seconds(request.timeout_s));
  return result;
}

Answer<Nothing> AsteriskModel::HangUp(const std::string& channel_id, const std::string& reason) {
  const int cause = reason.empty() ? 16 : CauseOf(reason);
  if (Find(channel_id) == nullptr) return Error<Nothing>(404, kNoChannel);
  if (cause == 0) return Error<Nothing>(400, "Invalid reason for hangup reason provided");
  return HangUpWithCause(channel_id, cause);
}

Answer<Nothing> AsteriskModel::HangUpWithCause(const std::string& channel_id, int cause) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr || channel->dying) return Error<Nothing>(404, kNoChannel);
  BeginHangUp(*channel, cause, kShownOfRequests);
  return NoContent();
}

Answer<Nothing> AsteriskModel::ContinueInDialplan(const std::string& channel_id, const std::string& context,
                                                  const std::string& extension) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr) return Error<Nothing>(404, kNoChannel);
  if (channel->dying || !channel->in_stasis) return Error<Nothing>(409, kNotInStasis);
  ended_[channel_id].continued_at = absl::StrCat(context, ",", extension);
  if (!context.empty()) channel->context = context;
  if (!extension.empty()) channel->exten = extension;
  Later(*channel, pace_.Step(), &AsteriskModel::LeaveStasis);
  return NoContent();
}

Answer<Nothing> AsteriskModel::AnswerCaller(const std::string& channel_id) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr) return Error<Nothing>(404, kNoChannel);
  if (channel->dying || !channel->in_stasis) return Error<Nothing>(409, kNotInStasis);
  if (channel->ari.state != "Up") {
    channel->ari.state = "Up";
    channel->hears_ringing = false;
    Publish(*channel, control::ari::UnknownEvent{"ChannelStateChange"});
  }
  return NoContent();
}

Answer<Nothing> AsteriskModel::Ring(const std::string& channel_id, bool rings) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr) return Error<Nothing>(404, kNoChannel);
  if (channel->dying || !channel->in_stasis) return Error<Nothing>(409, kNotInStasis);
  channel->hears_ringing = rings;
  return NoContent();
}

Answer<Nothing> AsteriskModel::Music(const std::string& channel_id, bool plays) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr) return Error<Nothing>(404, kNoChannel);
  if (channel->dying || !channel->in_stasis) return Error<Nothing>(409, kNotInStasis);
  channel->hears_music = plays;
  return NoContent();
}

Answer<Nothing> AsteriskModel::Play(const std::string& channel_id, const std::string& playback_id,
                                    const std::string& media) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr) return Error<Nothing>(404, kNoChannel);
  if (channel->dying || !channel->in_stasis) return Error<Nothing>(409, kNotInStasis);
  if (!channel->playback_id.empty() && !channel->playback_stops) return {201, "", {}};
  FinishPlayback(*channel, /*failed=*/false);
  channel->playback_id = playback_id;
  const bool failed = absl::StrContains(media, "missing");
  const Clock::Duration length = failed ? pace_.Step() : std::chrono::seconds(1);
  if (!absl::StartsWith(media, "tone:")) FinishPlaybackLater(*channel, length, failed);
  return {201, "", {}};
}

Answer<Nothing> AsteriskModel::StopPlayback(const std::string& playback_id) {
  const auto found = std::find_if(channels_.begin(), channels_.end(), [&playback_id](const auto& each) {
    return each.second.playback_id == playback_id;
  });
  if (found == channels_.end()) return Error<Nothing>(404, "Playback not found");
  found->second.playback_stops = true;
  FinishPlaybackLater(found->second, pace_.Step(), /*failed=*/false);
  return NoContent();
}

Answer<Nothing> AsteriskModel::SendDtmf(const std::string& channel_id, const std::string& digits) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr) return Error<Nothing>(404, kNoChannel);
  if (channel->dying || !channel->in_stasis) return Error<Nothing>(409, kNotInStasis);
  channel->keys += digits;
  return NoContent();
}

void AsteriskModel::FinishPlaybackLater(const ChannelRecord& channel, Clock::Duration delay, bool failed) {
  LaterDo(delay, [this, id = channel.ari.id, playback_id = channel.playback_id, failed] {
    ChannelRecord* const same = Find(id);
    if (same != nullptr && same->playback_id == playback_id) FinishPlayback(*same, failed);
  });
}

void AsteriskModel::FinishPlayback(ChannelRecord& channel, bool failed) {
  if (channel.playback_id.empty()) return;
  Publish(channel, control::ari::PlaybackFinished{std::exchange(channel.playback_id, ""), failed});
  channel.playback_stops = false;
}

Answer<Nothing> AsteriskModel::SetVariable(const std::string& channel_id, const std::string& name,
                                           const std::string& value) {
  ChannelRecord* const channel = Find(channel_id);
  if (channel == nullptr) return Error<Nothing>(404, kNoChannel);
  if (channel->dying || !channel->in_stasis) return Error<Nothing>(409, kNotInStasis);
  ended_[channel_id].variables[name] = value;
  return NoContent();
}

Answer<control::ari::Channel> AsteriskModel::GetChannel(const std::string& channel_id) const {
  const auto found = channels_.find(channel_id);
  if (found == channels_.end()) return Error<control::ari::Channel>(404, kNoChannel);
  return {200, "", found->second.ari};
}

Answer<std::vector<control::ari::Channel>> AsteriskModel::ListChannels() const {
  Answer<std::vector<control::ari::Channel>> answer;
  for (const auto& [id, channel] : channels_) answer.value.push_back(channel.ari);
  return answer;
}

Answer<control::ari::Bridge> AsteriskModel::CreateBridge(const std::string& bridge_id,
                                                         const std::string& name) {
  const std::string id = bridge_id.empty() ? MintId() : bridge_id;
  if (bridges_.count(id) > 0) {
    return Error<control::ari::Bridge>(409, absl::StrCat("Bridge with id '", id, "' already exists"));
  }
  BridgeRecord& bridge = bridges_[id];
  bridge.ari.id = id;
  bridge.ari.name = name;
  bridge.ari.creationtime = Iso8601(timers_.WallNow() + options_.clock_ahead);
  bridge.serial = ++serial_;
  return {200, "", bridge.ari};
}

Answer<Nothing> AsteriskModel::DestroyBridge(const std::string& bridge_id) {
  const auto found = bridges_.find(bridge_id);
  if (found == bridges_.end()) return Error<Nothing>(404, kNoBridge);
  const bool announced = found->second.interest > 0;
  const std::vector<std::string> members = found->second.ari.channel_ids;
  for (const std::string& member : members) LeaveBridge(channels_.at(member), /*moved=*/false);
  const BridgeRecord bridge = bridges_.at(bridge_id);
  bridges_.erase(bridge_id);
  ++membership_changes_;
  if (announced) PublishBridge(bridge, control::ari::BridgeDestroyed{bridge_id});
  return NoContent();
}

Answer<Nothing> AsteriskModel::AddToBridge(const std::string& bridge_id,
                                           const std::vector<std::string>& channel_ids) {
  if (channel_ids.empty()) return Error<Nothing>(400, "Missing parameter channel");
  const auto bridge = bridges_.find(bridge_id);
  if (bridge == bridges_.end()) return Error<Nothing>(404, kNoBridge);
  for (const std::string& id : channel_ids) {
    const ChannelRecord* const channel = Find(id);
    if (channel == nullptr) return Error<Nothing>(400, kNoChannel);
    if (!CanJoin(*channel)) return Error<Nothing>(422, kNotInStasis);
  }
  Clock::Duration delay{};
  for (const std::string& id : channel_ids) {
    delay += pace_.Step();
    LaterDo(delay, [this, bridge_id, bridge_serial = bridge->second.serial, id, serial = Find(id)->serial] {
      ChannelRecord* const channel = FindSame(id, serial);
      if (channel != nullptr && CanJoin(*channel)) Join(bridge_id, bridge_serial, *channel);
    });
  }
  return NoContent();
}

Answer<Nothing> AsteriskModel::RemoveFromBridge(const std::string& bridge_id,
                                                const std::vector<std::string>& channel_ids) {
  if (bridges_.count(bridge_id) == 0) return Error<Nothing>(404, kNoBridge);
  for (const std::string& id : channel_ids) {
    const ChannelRecord* const channel = Find(id);
    if (channel == nullptr) return Error<Nothing>(400, kNoChannel);
    if (channel->bridge_id != bridge_id) return Error<Nothing>(422, "Channel not in this bridge");
  }
  for (const std::string& id : channel_ids) LeaveBridge(*Find(id), /*moved=*/true);
  return NoContent();
}

Answer<control::ari::Bridge> AsteriskModel::GetBridge(const std::string& bridge_id) const {
  const auto found = bridges_.find(bridge_id);
  if (found == bridges_.end()) return Error<control::ari::Bridge>(404, kNoBridge);
  return {200, "", found->second.ari};
}

Answer<std::vector<control::ari::Bridge>> AsteriskModel::ListBridges() const {
  Answer<std::vector<control::ari::Bridge>> answer;
  for (const auto& [id, bridge] : bridges_) answer.value.push_back(bridge.ari);
  return answer;
}

Answer<control::ari::Application> AsteriskModel::GetApplication(const std::string& name) const {
  if (!feed_.Knows(name)) return Error<control::ari::Application>(404, "Application not found");
  Answer<control::ari::Application> answer;
  answer.value.name = name;
  for (const auto& [id, channel] : channels_) {
    const bool left = channel.transferred && channel.kind != ChannelKind::kDialled;
    if (channel.subscribed && !left && channel.app == name) answer.value.channel_ids.push_back(id);
  }
  for (const auto& [id, bridge] : bridges_) {
    if (bridge.interest > 0 && bridge.app == name) answer.value.bridge_ids.push_back(id);
  }
  return answer;
}

}  // namespace benari::fakes
