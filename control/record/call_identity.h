#pragma once

#include <string>
#include <vector>

namespace benari::control {

// Identifies a call to its bot, in its record and in the API.
struct CallIdentity {
  std::string call_id;
  std::string call_sid;
  std::string caller;                       // its number; empty: withheld, or not known
  std::string called;                       // extension of the dial plan
  std::vector<std::string> arguments = {};  // of Stasis()
};

}  // namespace benari::control
