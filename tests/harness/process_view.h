#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "common/endpoint.h"

namespace benari::e2e {

// The threads and sockets of a process, from /proc.
struct Held {
  std::map<std::string, int> threads;  // by name, without those of gRPC's pools, which never shrink
  int udp_sockets = 0;
  int other_sockets = 0;  // TCP and all the rest
};

// Sockets connected to TCP port `pool_port` are not counted in other_sockets: a connection pool keeps them.
Held HeldBy(pid_t pid, uint16_t pool_port = 0);

// Describes what `now` has more of than `before`; empty: nothing.
Held Excess(const Held& now, const Held& before);

// The value of a metric without labels, or of `name{label="value"}` as it is written; the label owner, which
// all metrics of control have, is left out. Blocks.
absl::StatusOr<double> ReadMetric(const Endpoint& metrics, const std::string& series);

}  // namespace benari::e2e
