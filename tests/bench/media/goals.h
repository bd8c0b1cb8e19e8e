#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/bench/media/figures.h"

namespace benari::bench {

// One goal of benari-media, and what one target made of it.
struct Verdict {
  std::string goal;
  std::string limit;
  std::optional<double> measured;  // nothing: its profile was not run
  std::string unit;
  bool met = false;
};

// Every goal, met or not. `base` is the target that ratios are to. Pure.
std::vector<Verdict> Judge(const Results& results, const std::string& target, const std::string& base);

}  // namespace benari::bench
