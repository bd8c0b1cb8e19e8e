#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/endpoint.h"

namespace benari::control {

// The configured addresses of media nodes: a fixed list, or a DNS name that is resolved periodically.
struct MediaTargets {
  std::vector<Endpoint> fixed;
  Endpoint dns;  // without a host: there is a fixed list
};

// Reads "HOST:PORT[,HOST:PORT...]" or "dns:///NAME:PORT". INVALID_ARGUMENT says what is accepted. Pure.
absl::StatusOr<MediaTargets> ParseMediaTargets(absl::string_view text);

}  // namespace benari::control
