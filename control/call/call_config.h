#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace benari::control {

enum class OnNoMedia { kContinue, kHangUp };
enum class OnMediaLost { kTransfer, kHangUp };
enum class WhenFull { kCongestion, kContinue };

// What a call does, the same for all calls of a process.
struct CallConfig {
  std::string format = "alaw";
  std::optional<std::chrono::milliseconds> echo_time =
      std::chrono::milliseconds(7000);  // nullopt: for ever; 0: none
  std::string destination = "Local/4438007@default/n";
  std::string caller_id;
  std::chrono::seconds dial_timeout{30};
  OnNoMedia on_no_media = OnNoMedia::kContinue;
  OnMediaLost on_media_lost = OnMediaLost::kTransfer;
  WhenFull when_full = WhenFull::kCongestion;
  std::chrono::milliseconds join_timeout{5000};  // from addChannel's 204 to ChannelEnteredBridge
};

}  // namespace benari::control
