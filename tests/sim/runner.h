#pragma once

#include <cstdint>

#include "tests/sim/sim_world.h"

namespace benari::sim {

inline constexpr uint64_t kMostJobs = 256;

struct Runs {
  uint64_t first = 0;
  uint64_t count = 0;
  Dimensions dimensions;
  uint64_t jobs = 1;        // processes, 1..kMostJobs
  bool keep_going = false;  // else no seed is begun after the first that failed
};

struct Tally {
  uint64_t seeds = 0;
  uint64_t calls = 0;
  double simulated_s = 0;
  uint64_t failures = 0;
  uint64_t first_failure = 0;  // the lowest; 0: none
};

// One seed; `trace`: with everything that happens on stderr, the same bytes each time.
Result RunSeed(uint64_t seed, const Dimensions& dimensions, bool trace);

// Seeds first, first + 1, … in processes of their own: one that crashes or hangs for a minute has failed.
// Each that fails gets a line on stdout, and every ten seconds there is one about the progress.
Tally RunSeeds(const Runs& runs);

}  // namespace benari::sim
