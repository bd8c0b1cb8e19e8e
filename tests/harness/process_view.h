#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "common/endpoint.h"

namespace benari::e2e {

// What a process holds of the system's, as /proc tells.
struct Held {
  std::map<std::string, int> threads;  // by name, without gRPC's pools, which keep those they once needed
  int udp_sockets = 0;
  int other_sockets = 0;  // TCP and all the rest
};

// Of other_sockets those connected to TCP port `pool_port` are left out: a pool keeps them for later.
Held HeldBy(pid_t pid, uint16_t pool_port = 0);

// What `now` has more of than `before`.
Held Excess(const Held& now, const Held& before);

// The value of a metric without labels, or of `name{label="value"}` as it is written. Blocks.
absl::StatusOr<double> ReadMetric(const Endpoint& metrics, const std::string& series);

}  // namespace benari::e2e
