#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/bench/control/control_stage.h"

namespace benari::bench {

// From StasisStart to the first packet echoed, by call, as control's log line "echo heard" has it.
// Thread-safe.
class SetUpTimes {
 public:
  void OnLogLine(const e2e::LogLine& line);
  // In ms. Throws std::runtime_error when it is not heard within ten seconds.
  double Await(const std::string& call_id);
  // So many calls that heard their echo, since the beginning.
  void AwaitCount(size_t calls);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, double> ms_;  // by call
};

struct SetUp {
  double p50_ms = 0;
  double p99_ms = 0;
  double request_ms = 0;  // median of one ARI request (POST /bridges) from control's core
};

// One call after the other, each with one ARI request of our own, while the others are in progress.
SetUp MeasureSetUp(ControlStage& stage, SetUpTimes& times, int probes);

}  // namespace benari::bench
