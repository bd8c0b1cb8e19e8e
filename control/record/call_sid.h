#pragma once

#include <string>

namespace benari::control {

// The name of a call for a bot, "CA" and 32 hexadecimal digits: always the same of the same owner and call,
// also after a restart. Pure.
std::string CallSid(const std::string& owner, const std::string& call_id);

}  // namespace benari::control
