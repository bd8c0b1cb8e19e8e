#pragma once

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "control/check/finding.h"

namespace benari::control {

// The UDP ports of Asterisk's own RTP, with Asterisk's defaults.
struct RtpRange {
  int first = 5000;
  int last = 31000;
};

// Reads rtpstart and rtpend of an rtp.conf. nullopt: one of them is no port, or the range is empty. Pure.
std::optional<RtpRange> FindRtpRange(absl::string_view rtp_conf);

// Compares the range in the file at `path` with --max_calls. Pure.
Finding OfRtpRange(absl::string_view path, absl::string_view rtp_conf, size_t max_calls);

}  // namespace benari::control
