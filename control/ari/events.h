#pragma once

#include <string>
#include <variant>
#include <vector>

#include "control/ari/client.h"

// The events of ARI's WebSocket that control processes. Pure.
namespace benari::control::ari {

struct StasisStart {
  Channel channel;
  std::vector<std::string> args;
  std::string replaces = "";  // id of the channel whose place it took by a transfer; empty: of none
};
struct StasisEnd {
  std::string channel_id;
};
struct ChannelDestroyed {
  std::string channel_id;
  int cause = 0;  // Q.850: 16 normal, 17 busy, 19 no answer …
};
// The dial state of an originated channel: RINGING, ANSWER, BUSY, CONGESTION, NOANSWER … ; empty at first.
struct Dial {
  std::string channel_id;
  std::string status;
};
struct ChannelEnteredBridge {
  std::string bridge_id;
  std::string channel_id;
};
struct ChannelLeftBridge {
  std::string bridge_id;
  std::string channel_id;
};
// The phone put the call on hold, or took it back.
struct ChannelHold {
  std::string channel_id;
};
struct ChannelUnhold {
  std::string channel_id;
};
// A key was pressed, and let go again.
struct ChannelDtmfReceived {
  std::string channel_id;
  std::string digit;  // one of 0-9 * # A-D
  int duration_ms = 0;
};
// What was played to a channel is over.
struct PlaybackFinished {
  std::string playback_id;
  bool failed = false;
};
struct BridgeDestroyed {
  std::string bridge_id;
};
// Another instance has subscribed to the application: this one receives no more events.
struct ApplicationReplaced {};

struct UnknownEvent {
  std::string type;
};

using Event = std::variant<StasisStart, StasisEnd, ChannelDestroyed, Dial, ChannelEnteredBridge,
                           ChannelLeftBridge, ChannelHold, ChannelUnhold, ChannelDtmfReceived,
                           PlaybackFinished, BridgeDestroyed, ApplicationReplaced, UnknownEvent>;

}  // namespace benari::control::ari
