#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/harness/services.h"

namespace benari::e2e {

using LogTime = std::chrono::system_clock::time_point;

// What the logs of control processes report about one call.
struct CallStory {
  int started = 0;  // lines of each kind
  int adopted = 0;
  int dialed = 0;
  int ended = 0;
  std::string outcome;
  LogTime first_line;
  std::optional<LogTime> echo_began;
  std::optional<LogTime> dialed_at;
  std::optional<LogTime> answered_at;  // by the destination
  std::optional<LogTime> adopted_at;
  std::optional<LogTime> resumed_at;  // first line of the process that adopted it last, after it did so
};

using CallLog = std::map<std::string, CallStory>;  // by call id

// Adds the lines of one process. To be called for the processes in the order of their start. Pure.
void ReadCallLog(const std::vector<std::string>& lines, CallLog* log);

// Returns the "time" of a line; throws if it has none.
LogTime TimeOf(const LogLine& line);

}  // namespace benari::e2e
