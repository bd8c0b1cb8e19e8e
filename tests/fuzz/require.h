#pragma once

#include <cstdio>
#include <cstdlib>

namespace benari::fuzz {

// What must hold for every input; if not, the process ends as the fuzzer expects it of a finding.
inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace benari::fuzz
