#include "tests/fakes/model_world.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace benari::fakes {
namespace {

struct Describer {
  std::string operator()(const control::ari::StasisStart& e) const {
    return absl::StrCat("StasisStart ", e.channel.id, " [", absl::StrJoin(e.args, ","), "] ",
                        e.channel.state);
  }
  std::string operator()(const control::ari::StasisEnd& e) const { return "StasisEnd " + e.channel_id; }
  std::string operator()(const control::ari::ChannelDestroyed& e) const {
    return absl::StrCat("ChannelDestroyed ", e.channel_id, " ", e.cause);
  }
  std::string operator()(const control::ari::ChannelEnteredBridge& e) const {
    return absl::StrCat("ChannelEnteredBridge ", e.channel_id, " ", e.bridge_id);
  }
  std::string operator()(const control::ari::ChannelLeftBridge& e) const {
    return absl::StrCat("ChannelLeftBridge ", e.channel_id, " ", e.bridge_id);
  }
  std::string operator()(const control::ari::ChannelHold& e) const { return "ChannelHold " + e.channel_id; }
  std::string operator()(const control::ari::ChannelUnhold& e) const {
    return "ChannelUnhold " + e.channel_id;
  }
  std::string operator()(const control::ari::ChannelDtmfReceived& e) const {
    return absl::StrCat("ChannelDtmfReceived ", e.channel_id, " ", e.digit);
  }
  std::string operator()(const control::ari::PlaybackFinished& e) const {
    return absl::StrCat("PlaybackFinished ", e.playback_id, e.failed ? " failed" : "");
  }
  std::string operator()(const control::ari::BridgeDestroyed& e) const {
    return "BridgeDestroyed " + e.bridge_id;
  }
  std::string operator()(const control::ari::ApplicationReplaced&) const { return "ApplicationReplaced"; }
  std::string operator()(const control::ari::Dial& e) const {
    return absl::StrCat("Dial ", e.channel_id, " ", e.status.empty() ? "Down" : e.status);
  }
  std::string operator()(const control::ari::UnknownEvent& e) const { return e.type; }
};

}  // namespace

control::ari::ExternalMediaRequest External(const std::string& id) {
  return {id, "alaw", Endpoint("127.0.0.1", 26500)};
}

control::ari::OriginateRequest Dial(const std::string& id, const std::string& endpoint) {
  control::ari::OriginateRequest request(id, endpoint);
  request.app_args = "dialed";
  request.formats = "alaw";
  request.timeout_s = 10;
  return request;
}

std::string ModelWorld::Describe(const Notice& notice) {
  const std::string text = std::visit(Describer{}, notice.event);
  if (!std::holds_alternative<control::ari::UnknownEvent>(notice.event)) return text;
  const std::string line = absl::StrCat(text, " ", notice.channel->ari.id);
  return text == kHangupRequest ? line : absl::StrCat(line, " ", notice.channel->ari.state);
}

std::vector<std::string> ModelWorld::Of(const std::string& id) const {
  std::vector<std::string> lines;
  for (const std::string& line : heard) {
    if (absl::StrContains(line + " ", " " + id + " ")) lines.push_back(line);
  }
  return lines;
}

}  // namespace benari::fakes
