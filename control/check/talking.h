#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace benari::control {

// Returns the channel of a ChannelTalkingStarted event, which Asterisk sends once audio arrives on a channel
// with TALK_DETECT; empty: it is another event, or malformed. Pure.
std::string TalkingChannel(absl::string_view event_json);

}  // namespace benari::control
