#include "control/app/asterisk_version.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/log.h"

namespace benari::control {

bool DropsLateFrames(absl::string_view version) {
  if (!absl::StrContains(version, "+~cs")) return false;  // not by these packagers
  const std::vector<absl::string_view> parts = absl::StrSplit(version, absl::ByAnyChar(".~"));
  int major = 0, minor = 0;
  if (parts.size() < 2 || !absl::SimpleAtoi(parts[0], &major) || !absl::SimpleAtoi(parts[1], &minor))
    return false;
  return std::make_pair(major, minor) >= std::make_pair(16, 23);
}

boost::asio::awaitable<void> WarnOfLateFrames(ari::Client& ari, std::string* warned_of) {
  std::string version;
  try {
    version = co_await ari.GetVersion();
  } catch (const ari::Error& error) {
    log::Debug("the version of Asterisk is not known", {{"why", error.what()}});
  }
  if (!DropsLateFrames(version) || version == *warned_of) co_return;
  *warned_of = version;
  log::Warning(
      "this Asterisk is a Debian or Ubuntu package that drops late audio frames where codecs differ: calls "
      "are "
      "heard, but a phone whose RTP numbers jump within a call, and recordings, may lose audio; see "
      "\"One-way audio\" in deploy/asterisk/README.md",
      {{"version", version}});
}

}  // namespace benari::control
