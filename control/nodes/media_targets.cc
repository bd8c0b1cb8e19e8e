#include "control/nodes/media_targets.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace benari::control {

absl::StatusOr<MediaTargets> ParseMediaTargets(absl::string_view text) {
  MediaTargets targets;
  absl::string_view name = text;
  const bool dns = absl::ConsumePrefix(&name, "dns:///");
  for (const absl::string_view part : absl::StrSplit(name, ',')) {
    const auto endpoint = ParseEndpoint(part);
    if (!endpoint.ok() || endpoint->port == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", part, "': accepted is HOST:PORT[,HOST:PORT...] or dns:///NAME:PORT, port 1..65535"));
    }
    targets.fixed.push_back(*endpoint);
  }
  if (dns) {
    if (targets.fixed.size() != 1)
      return absl::InvalidArgumentError("accepted after dns:/// is one NAME:PORT");
    targets.dns = targets.fixed.front();
    targets.fixed.clear();
  }
  return targets;
}

}  // namespace benari::control
