#pragma once

#include <string>
#include <vector>

#include "tests/bench/media/figures.h"

namespace benari::bench {

struct ReportHeader {
  std::string machine;
  std::string how;                      // rounds, seconds, cores
  std::string base;                     // the target that ratios are to
  std::vector<std::string> with_goals;  // targets that goals are for
  std::vector<std::string> left_out;    // what was not run, and why
};

// Markdown: the goals, then every profile with every target, then set-ups and memory. Pure.
std::string Report(const Results& results, const ReportHeader& header);

}  // namespace benari::bench
