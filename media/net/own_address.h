#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace benari::media {

std::string HostName();

// The address that others reach the host of this name at: its first IPv4 one, else its first IPv6 one,
// without a port. NOT_FOUND says why there is none: no such name, or only loopback. Looks the name up.
// Thread-safe.
absl::StatusOr<std::string> AddressForOthers(const std::string& host_name);

}  // namespace benari::media
