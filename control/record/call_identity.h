#pragma once

#include <string>
#include <vector>

namespace benari::control {

enum class CallDirection {
  kInbound,
  kOutbound,  // the API has asked for it, and control dials
};

// As Twilio has them.
constexpr const char* ToString(CallDirection direction) {
  return direction == CallDirection::kInbound ? "inbound" : "outbound-api";
}

// Identifies a call to its bot, in its record and in the API.
struct CallIdentity {
  std::string call_id;
  std::string call_sid;
  std::string caller;                       // its number; empty: withheld, or not known
  std::string called;                       // extension of the dial plan, or whom control calls
  std::vector<std::string> arguments = {};  // of Stasis()
  CallDirection direction = CallDirection::kInbound;
};

}  // namespace benari::control
