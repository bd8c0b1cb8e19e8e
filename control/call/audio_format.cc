#include "control/call/audio_format.h"

#include <array>

#include "absl/strings/str_cat.h"

namespace benari::control {

namespace {

constexpr const char* kAccepted = "accepted is alaw, ulaw, g722, gsm or slin";

struct Row {
  const char* name;
  uint32_t payload_type;
  uint32_t clock_rate_hz;
};

// slin is 8 kHz, yet Asterisk sends it as type 10, which RFC 3551 gives to 44.1 kHz (measured with 22.10.1).
// g722 samples at 16 kHz, yet its RTP clock is 8 kHz (RFC 3551 section 4.5.2).
constexpr std::array<Row, 5> kFormats = {
    {{"alaw", 8, 8000}, {"ulaw", 0, 8000}, {"g722", 9, 8000}, {"gsm", 3, 8000}, {"slin", 10, 8000}}};
constexpr std::array<Row, 6> kOneWay = {{{"slin12", 122, 12000},
                                         {"slin16", 118, 16000},
                                         {"slin24", 123, 24000},
                                         {"slin32", 124, 32000},
                                         {"slin48", 126, 48000},
                                         {"opus", 107, 48000}}};

}  // namespace

absl::StatusOr<AudioFormat> FindAudioFormat(absl::string_view name) {
  for (const Row& row : kFormats) {
    if (name == row.name) return AudioFormat{row.name, row.payload_type, row.clock_rate_hz};
  }
  for (const Row& row : kOneWay) {
    if (name != row.name) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "audio in ", name, " would not come back: Asterisk sends it with the dynamic payload type ",
        row.payload_type, " and drops what returns unless its type is 34 or less; ", kAccepted));
  }
  return absl::InvalidArgumentError(absl::StrCat("'", name, "' is not known; ", kAccepted));
}

bool IsForBots(const AudioFormat& format) {
  return format.name == "ulaw" || format.name == "alaw" || format.name == "slin";
}

}  // namespace benari::control
