#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace benari::control {

// How an audio format of Asterisk travels in RTP (RFC 3551 section 6).
struct AudioFormat {
  std::string name;  // Asterisk's
  uint32_t payload_type = 0;
  uint32_t clock_rate_hz = 8000;
};

// INVALID_ARGUMENT says what is accepted, and for a format whose audio would not come back why: Asterisk's
// rtp_engine.c takes what returns on an ExternalMedia channel only with a static payload type (34 or less).
// Pure.
absl::StatusOr<AudioFormat> FindAudioFormat(absl::string_view name);

// True of those that media converts for a bot.
bool IsForBots(const AudioFormat& format);

}  // namespace benari::control
