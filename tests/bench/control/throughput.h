#pragma once

#include <chrono>
#include <string>

#include "tests/bench/control/control_stage.h"

namespace benari::bench {

// Calls through the whole flow, with so many in progress all the time.
struct Throughput {
  int in_progress = 0;
  double calls_per_s = 0;
  double control_us = 0;     // CPU a call
  double asterisk_us = 0;    // CPU a call, of the fake and the callers
  double media_us = 0;       // CPU a call
  double control_core = 0;   // CPU of control by time: 1 is its whole core
  std::string limit;         // what had no pause: "control", "fake", "media", or "nothing"
  double not_completed = 0;  // calls that did not end as they should

  // What control could do if it had its core all the time.
  double PerCore() const { return 1e6 / control_us; }
};

// Throws std::runtime_error when control stops answering. Blocks for `time` and a second or two.
Throughput MeasureThroughput(ControlStage& stage, int in_progress, std::chrono::milliseconds time);

}  // namespace benari::bench
