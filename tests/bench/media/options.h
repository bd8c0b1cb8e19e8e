#pragma once

#include <string>
#include <vector>

#include "tests/bench/media/target.h"

namespace benari::bench {

// The flags of benari-bench-media, checked.
struct Options {
  std::vector<size_t> sessions;  // growing
  bool only_paced = false;
  double seconds = 0;
  size_t rounds = 0;
  int server_core = 0;
  int load_core = 0;
  size_t burst = 0;
  std::string host;
  std::string out;
  std::vector<TargetSpec> media;
  std::vector<TargetSpec> peers;
};

// Prints every mistake and exits with 2 when there is one.
Options ReadOptions(int argc, char** argv);

}  // namespace benari::bench
