#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "absl/strings/string_view.h"

// The least of RFC 6455 that a bench needs: whole messages in one frame, text, close. Pure.
namespace benari::bench {

struct WebSocketFrame {
  static constexpr int kText = 1;
  static constexpr int kClose = 8;
  static constexpr int kPing = 9;
  static constexpr int kPong = 10;

  int opcode = 0;
  std::span<uint8_t> payload;
  size_t bytes = 0;  // of the whole frame
};

// The frame that `buffer` begins with, unmasked in place; nullopt: it is not complete.
std::optional<WebSocketFrame> ReadFrame(std::span<uint8_t> buffer);

// A client has to mask what it sends.
void AppendFrame(int opcode, absl::string_view payload, bool masked, std::string* out);

// The payload of a Media Streams message, still as base64, and the streamSid; empty: it has none.
absl::string_view FindMember(absl::string_view message, absl::string_view name);

// What a server answers to a client's key.
std::string AcceptKey(absl::string_view key);

}  // namespace benari::bench
