#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "absl/strings/string_view.h"
#include "control/ari/client.h"

namespace benari::control {

// True for the versions that Debian and Ubuntu package ("22.10.1~dfsg+~cs6.17…", from 16.23 on): their
// patch 2016_opus_plc makes Asterisk drop translated audio frames whose RTP sequence number lies behind the
// last one's. Pure.
bool DropsLateFrames(absl::string_view version);

// Asks Asterisk for its version and logs a warning if it is one of those, unless `warned_of` is that version
// already. Never throws. Confined to the control loop.
boost::asio::awaitable<void> WarnOfLateFrames(ari::Client& ari, std::string* warned_of);

}  // namespace benari::control
