#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "common/endpoint.h"
#include "tests/bench/media/histogram.h"

namespace benari::bench {

// Answer times of the four rpcs of a session's life, and how many lives a second.
struct SetUps {
  Histogram lease_port;
  Histogram start_session;
  Histogram stop_session;
  Histogram release_port;
  uint64_t done = 0;
  uint64_t failed = 0;  // a step was refused; the life ended there
  double per_s = 0;
};

// LeasePort, StartSession, StopSession, ReleasePort, over and over, `in_flight` lives at a time, on the
// calling thread until `over` says so.
SetUps RunSetUps(const Endpoint& node, size_t in_flight, const std::function<bool()>& over);

}  // namespace benari::bench
