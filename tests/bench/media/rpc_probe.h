#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "common/endpoint.h"
#include "tests/bench/media/histogram.h"

namespace benari::bench {

// How long a node takes to answer over gRPC while it is busy with packets.
struct RpcAnswers {
  Histogram keep_alive;     // of all leases of the load
  Histogram list_sessions;  // a page of 100
  uint64_t failed = 0;
};

// Asks now and then, on a thread of its own, until it is told to end. Confined to the thread that made it.
class RpcProbe {
 public:
  // Renews so many of the load's leases each time. `cores` are where it may run.
  RpcProbe(const Endpoint& node, size_t sessions, const std::vector<int>& cores);
  ~RpcProbe();

  RpcAnswers End();

 private:
  void Ask(const Endpoint& node, size_t sessions);

  RpcAnswers answers_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace benari::bench
