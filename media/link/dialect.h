#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "media/processor/bot/config.h"
#include "media/processor/bot/frame_queue.h"

namespace benari::media {

// The request in a message of the bot.
struct BotMessage {
  enum class Kind { kIgnored, kAudio, kMark, kClear };

  Kind kind = Kind::kIgnored;
  std::span<const uint8_t> audio;  // kAudio: mu-law, until the next Parse
  std::string mark;                // kMark: its name
  const char* why_ignored = "";    // kIgnored
};

// The messages that one connection to a bot exchanges. Each function that writes replaces what is in
// `message`. Confined to one thread.
class Dialect {
 public:
  virtual ~Dialect() = default;

  // The name of this connection, new with each; "" if the dialect has none.
  virtual const std::string& stream_sid() const = 0;

  // To the bot. The opening messages: called with 0, 1, … until it returns false, and first of all.
  virtual bool WriteOpening(size_t index, std::string* message) = 0;
  // Writes 20 ms of the caller's audio, which began `timestamp` after the connection was ready.
  virtual void WriteMedia(const Frame& frame, std::chrono::milliseconds timestamp, std::string* message) = 0;
  virtual void WriteDigit(char digit, std::chrono::milliseconds duration, std::string* message) = 0;
  virtual void WriteMark(absl::string_view name, std::string* message) = 0;
  // Writes the last message: the call or the session has ended.
  virtual void WriteStop(std::string* message) = 0;

  // Reads a message of the bot, which may be any bytes. Messages of other dialects are ignored.
  virtual BotMessage Parse(absl::string_view text) = 0;
};

// Creates the dialect that `config` names, for one connection.
std::unique_ptr<Dialect> NewDialect(const BotConfig& config);

}  // namespace benari::media
