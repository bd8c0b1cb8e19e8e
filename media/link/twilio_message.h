#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace benari::media {

// The fields of a bot's message that are used; each is empty if it is missing or of another type.
struct TwilioMessage {
  bool valid = false;  // JSON, and an object
  std::string event;
  std::string stream_sid;
  std::string payload;  // media.payload, base64
  std::string mark;     // mark.name
  bool has_mark = false;

  bool operator==(const TwilioMessage&) const = default;
};

// Reads a message without building a tree of it, so that a large or deeply nested one costs little memory.
// Pure.
TwilioMessage ReadTwilioMessage(absl::string_view text);

// The same without the fast path of most messages; for tests.
TwilioMessage ReadAnyTwilioMessage(absl::string_view text);

}  // namespace benari::media
