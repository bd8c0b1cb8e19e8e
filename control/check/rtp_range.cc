#include "control/check/rtp_range.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace benari::control {

namespace {

constexpr size_t kPortsOfACall = 4;  // the caller's and the ExternalMedia channel's, RTP and RTCP each

bool ReadPort(absl::string_view value, int* port) {
  absl::ConsumePrefix(&value, ">");  // rtpstart => 25000
  return absl::SimpleAtoi(absl::StripAsciiWhitespace(value), port) && *port > 0 && *port <= 65535;
}

}  // namespace

std::optional<RtpRange> FindRtpRange(absl::string_view rtp_conf) {
  RtpRange range;
  for (const absl::string_view line : absl::StrSplit(rtp_conf, '\n')) {
    const std::pair<absl::string_view, absl::string_view> text =
        absl::StrSplit(line, absl::MaxSplits(';', 1));
    const std::pair<absl::string_view, absl::string_view> setting =
        absl::StrSplit(text.first, absl::MaxSplits('=', 1));
    const absl::string_view name = absl::StripAsciiWhitespace(setting.first);
    if (name == "rtpstart" && !ReadPort(setting.second, &range.first)) return std::nullopt;
    if (name == "rtpend" && !ReadPort(setting.second, &range.last)) return std::nullopt;
  }
  return range.first < range.last ? std::optional<RtpRange>(range) : std::nullopt;
}

Finding OfRtpRange(absl::string_view path, absl::string_view rtp_conf, size_t max_calls) {
  const std::optional<RtpRange> range = FindRtpRange(rtp_conf);
  if (!range.has_value()) {
    return Failed(absl::StrCat("RTP ports of Asterisk: rtpstart and rtpend in ", path,
                               " are not the first and the last port of a range"));
  }
  const size_t calls = static_cast<size_t>(range->last - range->first + 1) / kPortsOfACall;
  const std::string what = absl::StrCat("RTP ports of Asterisk: ", path, " has ", range->first, " to ",
                                        range->last, ", enough for ", calls, " calls");
  if (calls >= max_calls) return Ok(absl::StrCat(what, " (--max_calls=", max_calls, ")"));
  return Warned(absl::StrCat(what, " and not for --max_calls=", max_calls,
                             ": raise rtpend there, or lower --max_calls"));
}

}  // namespace benari::control
