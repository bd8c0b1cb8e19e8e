#pragma once

#include <chrono>
#include <string>
#include <variant>

namespace benari::media {

// Keys that the caller pressed, in their order. Pure.
struct Digits {
  std::string digits;                     // of 0-9 * # A-D
  std::chrono::milliseconds duration{0};  // of each; 0: not known
};

// The bot is taken leave of: what it has queued is played to the end.
struct CloseBot {};

// What is asked of the bot of a session.
using BotCommand = std::variant<Digits, CloseBot>;

}  // namespace benari::media
