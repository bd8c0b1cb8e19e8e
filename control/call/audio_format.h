#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::control {

// An audio format of Asterisk and its RTP parameters (RFC 3551 section 6).
struct AudioFormat {
  std::string name;  // as Asterisk spells it
  uint32_t payload_type = 0;
  uint32_t clock_rate_hz = 8000;
};

// INVALID_ARGUMENT names the accepted formats, and explains why some others do not work: on an ExternalMedia
// channel Asterisk's rtp_engine.c accepts RTP only with a static payload type (34 or less).
// Pure.
absl::StatusOr<AudioFormat> FindAudioFormat(absl::string_view name);

// Returns true for the formats that media can convert for a bot.
bool IsForBots(const AudioFormat& format);

}  // namespace benari::control
